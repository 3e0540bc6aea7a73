/** The files of one journal: the live one, and beside it those that were rotated away, named by their first line. */
import { existsSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Instant } from "../core/duration.ts";
import type { Line } from "../core/event.ts";
import { parseLine } from "./chain.ts";
import { readFirstLine, readPieces } from "./lines.ts";

/** Digits of a first line's number in a file's name, so that names sort as numbers do. */
const DIGITS = 16;

/** Where the live file goes when it is full: `audit.0000000000000001.jsonl`. */
export function archiveFile(logFile: string, firstSeq: number): string {
  return join(dirname(logFile), `${stemOf(logFile)}.${String(firstSeq).padStart(DIGITS, "0")}.jsonl`);
}

/** Rotated files, oldest first. */
export function listArchives(logFile: string): string[] {
  const folder = dirname(logFile);
  if (!existsSync(folder)) return [];
  const prefix = `${stemOf(logFile)}.`;
  return readdirSync(folder)
    .filter((name) => name.startsWith(prefix) && /^\d{16}\.jsonl$/.test(name.slice(prefix.length)))
    .sort()
    .map((name) => join(folder, name));
}

/** Every file of the journal, oldest first, the live one last. */
export function listFiles(logFile: string): string[] {
  return existsSync(logFile) ? [...listArchives(logFile), logFile] : listArchives(logFile);
}

/** Number and time of a file's first line; null when it has none that can be read. */
export function readStart(file: string): { seq: number; time: Instant } | null {
  const bytes = readFirstLine(file);
  const line = bytes && parseLine(bytes);
  return line && { seq: line.seq, time: Date.parse(line.time) };
}

/** Number of a file's last whole line; 0 when it has none. Reads the file through. */
export function readLastSeq(file: string): number {
  let last = 0;
  for (const { lines } of readPieces(file)) {
    const bytes = lines.at(-1);
    if (bytes) last = parseLine(bytes)?.seq ?? last;
  }
  return last;
}

/**
 * Rotated files that may go: the oldest ones whose lines are all older than `before`. A file's newest line is not
 * younger than the checkpoint that follows it. `through` is the number of the last line that goes.
 */
export function findPrunable(logFile: string, before: Instant): { files: string[]; through: number } {
  const all = listFiles(logFile);
  const files: string[] = [];
  let through = 0;
  for (const [index, file] of listArchives(logFile).entries()) {
    const next = all[index + 1];
    const start = next === undefined ? null : readStart(next);
    if (!start || !(start.time < before)) break;
    files.push(file);
    through = start.seq - 1;
  }
  return { files, through };
}

/** The lines of the journal after number `seq`, in order. Files that end before it are not read. */
export function* readLinesAfter(logFile: string, seq: number): Generator<Line> {
  const files = listFiles(logFile);
  const starts = files.map((file) => (file === logFile ? (readStart(file)?.seq ?? 0) : firstSeqOf(file)));
  for (const [index, file] of files.entries()) {
    const next = starts[index + 1];
    if (next !== undefined && next > 0 && next <= seq + 1) continue;
    for (const { lines } of readPieces(file)) {
      for (const bytes of lines) {
        if (readSeq(bytes) <= seq) continue;
        const line = parseLine(bytes);
        if (line) yield line;
      }
    }
  }
}

/**
 * The lines of the journal from a time on, in order; begins with the file that this time falls into, so that some lines
 * before it come, too.
 */
export function readLinesSince(logFile: string, from: Instant): Generator<Line> {
  const starts = listFiles(logFile).map(readStart);
  const begun = starts.findLast((start) => start !== null && start.time <= from);
  return readLinesAfter(logFile, begun ? begun.seq - 1 : 0);
}

/** The number that a line begins with; infinite when it does not, so that the line is looked at whole. */
function readSeq(bytes: Uint8Array): number {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 32)).toString("latin1");
  const match = /^\{"seq":(\d+),/.exec(start);
  return match ? Number(match[1]) : Number.POSITIVE_INFINITY;
}

/** The number of an archive's first line, as its name says. */
export function firstSeqOf(archive: string): number {
  return Number(archive.slice(-DIGITS - ".jsonl".length, -".jsonl".length));
}

function stemOf(logFile: string): string {
  return basename(logFile).replace(/\.jsonl$/, "");
}
