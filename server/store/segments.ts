/** The files under the journal: the one being written, and those that were replaced and still owe the disk a flush. */
import { existsSync, renameSync, statSync } from "node:fs";
import type { AuditSettings } from "../core/settings.ts";
import { type AppendFile, openAppendFile, sayWhy, type WriteText } from "./append-file.ts";
import { archiveFile } from "./journal-files.ts";
import type { Standing } from "./standing.ts";

export interface Segments {
  /** Whether the next line to be written begins a file, and so must be a checkpoint. */
  readonly isFresh: boolean;
  /** Whether the live file has grown by `audit.rotate` bytes since its checkpoint. */
  readonly isFull: boolean;
  /** Writes a line whole, and waits for the disk when `fsync` is `always`; else leaves the file as it was and says why. */
  write(text: string): string | null;
  /** Says that the line just written is a file's checkpoint. */
  begin(firstSeq: number): void;
  /** Moves the live file to its archive name; the next write begins a new one. Throws what the system throws. */
  rotate(): void;
  /** Whether the live file still is where it belongs, as it was left. */
  isIntact(): boolean;
  /** Whether the live file, if there is one, still lies under its name. */
  isInPlace(): boolean;
  /** Lets go of the live file, which somebody moved; what stands under its name now is put aside. */
  replace(asideName: string): void;
  /** Waits for the disk without holding up the loop, then closes what was replaced. */
  syncLater(): Promise<void>;
  /** Waits for the disk and closes all. Throws what the system throws. */
  close(): void;
}

/** Goes on with the live file where it stands. */
export function openSegments(audit: AuditSettings, live: Standing["live"], write?: WriteText): Segments {
  const { log_file: path } = audit;
  let file: AppendFile | null = live ? openAppendFile(path, write) : null;
  let firstSeq = live?.firstSeq ?? 0;
  let base = live?.base ?? 0;
  let retired: AppendFile[] = [];

  const retire = () => {
    if (file) retired.push(file);
    file = null;
  };

  return {
    get isFresh() {
      return !file || file.size === 0;
    },
    get isFull() {
      return file !== null && file.size - base >= audit.rotate;
    },
    write(text) {
      try {
        file ??= openAppendFile(path, write);
      } catch (error) {
        return sayWhy(error);
      }
      const size = file.size;
      const failure = file.write(`${text}\n`);
      if (failure !== null || audit.fsync !== "always") return failure;
      try {
        file.sync();
        return null;
      } catch (error) {
        file.cutTo(size);
        return sayWhy(error);
      }
    },
    begin(seq) {
      firstSeq = seq;
      base = file?.size ?? 0;
    },
    rotate() {
      // Counted anew first: a rename that fails is not tried again for every line.
      base = file?.size ?? 0;
      renameSync(path, archiveFile(path, firstSeq));
      retire();
    },
    isIntact: () => file?.isIntact() ?? false,
    isInPlace: () => file?.isInPlace() ?? true,
    replace(asideName) {
      if (existsSync(path) && statSync(path).size > 0) renameSync(path, asideName);
      retire();
    },
    async syncLater() {
      const leaving = retired;
      retired = [];
      try {
        for (const old of leaving) await old.syncLater();
        await file?.syncLater();
      } finally {
        for (const old of leaving) old.close();
      }
    },
    close() {
      const all = file ? [...retired, file] : retired;
      file = null;
      retired = [];
      for (const each of all) each.sync();
      for (const each of all) each.close();
    },
  };
}
