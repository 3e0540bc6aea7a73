/**
 * A file that only grows: each write is there whole or not at all. A disk that is nearly full writes short without an
 * error, so what was begun is cut off again.
 */
import {
  closeSync,
  fdatasync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  openSync,
  statSync,
  writeSync,
} from "node:fs";
import type { Bytes } from "../core/duration.ts";

/** Writes a text to a descriptor and says how many bytes went in. Tests pass their own. */
export type WriteText = (descriptor: number, text: string) => number;

export interface AppendFile {
  readonly path: string;
  readonly size: Bytes;
  /** Hands the text to the system whole and returns null, or leaves the file as it was and says why. */
  write(text: string): string | null;
  /** Waits for the disk. Throws what the system throws. */
  sync(): void;
  /** Waits for the disk without holding up the loop. */
  syncLater(): Promise<void>;
  /** Whether its path still leads to it. */
  isInPlace(): boolean;
  /** Whether its path still leads to it and nobody else has changed its length. */
  isIntact(): boolean;
  /** Takes off what was written beyond `size`: for a write whose flush failed. */
  cutTo(size: Bytes): void;
  close(): void;
}

const writeWhole: WriteText = (descriptor, text) => writeSync(descriptor, text);

/** Opens a file for appending, creating it 0600. Throws what the system throws. */
export function openAppendFile(path: string, write: WriteText = writeWhole): AppendFile {
  const descriptor = openSync(path, "a", 0o600);
  let size = fstatSync(descriptor).size;
  let torn = false;

  const trim = () => {
    if (fstatSync(descriptor).size > size) ftruncateSync(descriptor, size);
    torn = false;
  };

  function isInPlace(): boolean {
    const here = fstatSync(descriptor);
    const there = statSync(path, { throwIfNoEntry: false });
    return there?.ino === here.ino && there.dev === here.dev;
  }

  return {
    path,
    get size() {
      return size;
    },
    write(text) {
      const length = Buffer.byteLength(text);
      try {
        if (torn) trim();
        torn = true;
        const written = write(descriptor, text);
        if (written !== length) {
          trim();
          return "the disk is full";
        }
        torn = false;
        size += length;
        return null;
      } catch (error) {
        return tryTrim(trim, sayWhy(error));
      }
    },
    sync: () => fdatasyncSync(descriptor),
    syncLater: () =>
      new Promise((resolve, reject) => fdatasync(descriptor, (error) => (error ? reject(error) : resolve()))),
    isInPlace,
    isIntact: () => isInPlace() && fstatSync(descriptor).size === size,
    cutTo(good) {
      size = good;
      torn = true;
      trim();
    },
    close: () => closeSync(descriptor),
  };
}

/** Cuts off a failed write; when even that fails, the next write begins with it. */
function tryTrim(trim: () => void, why: string): string {
  try {
    trim();
    return why;
  } catch (error) {
    return `${why}; ${sayWhy(error)}`;
  }
}

/** A system error as a sentence for people, without a stack. */
export function sayWhy(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : null;
  if (code === "ENOSPC" || code === "SQLITE_FULL") return "the disk is full";
  return error instanceof Error ? error.message : String(error);
}
