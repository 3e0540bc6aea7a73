/** Reads JSONL files in bounded pieces, forwards, with the byte offset of every line. */
import { closeSync, openSync, readSync } from "node:fs";
import type { Bytes } from "../core/duration.ts";

const CHUNK: Bytes = 1024 * 1024;
const NEWLINE = 10;

export interface Piece {
  /** Whole lines without their newlines. They are views: valid until the next piece is asked for. */
  readonly lines: readonly Uint8Array[];
  /** Offset in the file of the first line, and of what follows the last. */
  readonly start: Bytes;
  readonly end: Bytes;
  /** In the last piece: the bytes after the last newline. Elsewhere empty. */
  readonly rest: Uint8Array;
}

/** The lines of a file from an offset on, about a megabyte at a time; a longer line comes whole. */
export function* readPieces(file: string, from: Bytes = 0): Generator<Piece> {
  const descriptor = openSync(file, "r");
  try {
    let buffer = Buffer.alloc(CHUNK);
    let held = 0;
    let start = from;
    for (;;) {
      if (held === buffer.length) buffer = Buffer.concat([buffer], buffer.length * 2);
      const read = readSync(descriptor, buffer, held, buffer.length - held, start + held);
      held += read;
      const lines = splitLines(buffer.subarray(0, held));
      const used = lines.reduce((sum, line) => sum + line.length + 1, 0);
      if (read === 0) {
        yield { lines, start, end: start + used, rest: buffer.subarray(used, held) };
        return;
      }
      if (used === 0) continue;
      yield { lines, start, end: start + used, rest: buffer.subarray(0, 0) };
      buffer.copyWithin(0, used, held);
      held -= used;
      start += used;
    }
  } finally {
    closeSync(descriptor);
  }
}

function splitLines(bytes: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = [];
  let from = 0;
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, from)) {
    lines.push(bytes.subarray(from, at));
    from = at + 1;
  }
  return lines;
}

/** The first line of a file, or null when it has none. */
export function readFirstLine(file: string): Uint8Array | null {
  for (const piece of readPieces(file)) return piece.lines[0] ?? null;
  return null;
}
