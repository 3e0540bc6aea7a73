/**
 * What happened: one hash-chained line per event, handed to the system before `append` returns. Writing is on the hot
 * path, so there is one stringify, one hash and one write; disks are waited for beside it.
 */
import { unlink } from "node:fs/promises";
import type { Instant, Millis } from "../core/duration.ts";
import type { Line, NewLine } from "../core/event.ts";
import type { AuditSettings } from "../core/settings.ts";
import { sayWhy, type WriteText } from "./append-file.ts";
import { createBacklog, type Waiting } from "./backlog.ts";
import { type Head, sealLine } from "./chain.ts";
import { createCheckpoint } from "./checkpoint.ts";
import { findPrunable, listArchives, readLastSeq } from "./journal-files.ts";
import { openSegments } from "./segments.ts";
import type { Signer } from "./signing.ts";
import type { Standing } from "./standing.ts";
import type { Journal } from "./store.ts";
import { startTimer, type Timer } from "./timer.ts";
import { sumLine } from "./totals.ts";

const FLUSH_EVERY: Millis = 1_000;
const PRUNE_EVERY: Millis = 3_600_000;
const BACKLOG_LINES = 20_000;
const BACKLOG_BYTES = 16 * 1024 * 1024;

export interface JournalOptions {
  readonly audit: AuditSettings;
  readonly signer: Signer;
  /** Where the files stand: `readStanding` says. */
  readonly standing: Standing;
  readonly now: () => Instant;
  readonly log: (message: string) => void;
  /** Takes the head once it is on disk for sure. */
  readonly keepHead: (head: Head) => void;
  readonly write?: WriteText | undefined;
  /** How long to wait before a failed write is tried again. */
  readonly retryEvery?: Millis | undefined;
}

/** A journal whose files this process alone writes. */
export interface OpenJournal extends Journal {
  /** Removes rotated files that are older than the retention. Done by itself every hour and at each rotation. */
  prune(): void;
  /** Writes what waits, waits for the disk, closes the files. */
  close(): void;
}

/** Goes on where the files stand. Begins a file, with its checkpoint, when there is none. */
export function openJournal(options: JournalOptions): OpenJournal {
  const { audit, now, log, standing } = options;
  const retryEvery = options.retryEvery ?? 1_000;
  const segments = openSegments(audit, standing.live, options.write);
  const listeners = new Set<(line: Line) => void>();
  const backlog = createBacklog(BACKLOG_LINES, BACKLOG_BYTES);
  const sums = standing.sums;
  let head = standing.head;
  let writeProblem: string | null = null;
  let flushProblem: string | null = null;
  let lastTry: Instant = 0;
  let nextPrune: Instant = now() + PRUNE_EVERY;
  let flushing: Promise<void> = Promise.resolve();
  let pruning: Promise<void> = Promise.resolve();
  let flushTimer: Timer | null = null;
  let retryTimer: Timer | null = null;
  let closed = false;

  /** Writes one line at the end of the chain; a sentence when it could not be. */
  function put({ line, json }: Waiting): Line | string {
    const trouble = beginFile();
    if (trouble !== null) return trouble;
    const sealed = sealLine(json, head);
    const failure = segments.write(sealed.text);
    if (failure !== null) return failure;
    const written: Line = { ...line, seq: sealed.seq, prev: sealed.prev, hash: sealed.hash };
    advance(written);
    if (segments.isFull) rotate();
    return written;
  }

  /** A file begins with its checkpoint or is not used. */
  function beginFile(): string | null {
    if (!segments.isFresh) return null;
    const { line, text } = createCheckpoint(head, sums, stamp(), options.signer);
    const failure = segments.write(text);
    if (failure !== null) return failure;
    segments.begin(line.seq);
    advance(line);
    return null;
  }

  function advance(line: Line): void {
    head = { seq: line.seq, hash: line.hash };
    sumLine(sums, line);
    if (audit.fsync !== "never") flushTimer ??= startTimer(() => void flush(), FLUSH_EVERY);
    for (const listener of listeners) {
      try {
        listener(line);
      } catch (error) {
        // The line is written: whoever watches badly must not make its writer believe otherwise.
        log(`a watcher of the journal failed: ${sayWhy(error)}`);
      }
    }
  }

  function rotate(): void {
    try {
      segments.rotate();
    } catch (error) {
      log(`the audit file could not be rotated: ${sayWhy(error)}`);
      return;
    }
    const trouble = beginFile();
    if (trouble !== null) fail(trouble);
    else if (writeProblem === null) prune();
  }

  function append(line: NewLine): Line | null {
    const waiting = { line, json: JSON.stringify(line) };
    if (writeProblem === null) {
      const written = put(waiting);
      if (typeof written !== "string") {
        if (now() >= nextPrune) prune();
        return written;
      }
      fail(written);
    }
    backlog.add(waiting);
    return now() - lastTry >= retryEvery ? retry() : null;
  }

  function fail(why: string): void {
    if (writeProblem === null) log(`the audit file cannot be written: ${why}`);
    writeProblem = why;
    lastTry = now();
    if (!closed) retryTimer ??= startTimer(retryLater, retryEvery);
  }

  function retryLater(): void {
    retryTimer = null;
    retry();
  }

  /** Writes what waits, oldest first. Gives back the youngest line, null when not all could be written. */
  function retry(): Line | null {
    if (writeProblem === null) return null;
    lastTry = now();
    let last: Line | string | null = writeLost() ?? beginFile();
    for (let waiting = backlog.first(); waiting && typeof last !== "string"; waiting = backlog.first()) {
      last = put(waiting);
      if (typeof last !== "string") backlog.drop();
    }
    if (typeof last === "string") {
      fail(last);
      return null;
    }
    writeProblem = null;
    log("the audit file can be written again");
    return last;
  }

  function writeLost(): string | null {
    const { lines, costNano } = backlog.lost;
    if (lines === 0) return null;
    const line = note("journal.lost", { lines, cost_nano: costNano });
    const written = put({ line, json: JSON.stringify(line) });
    if (typeof written === "string") return written;
    backlog.forgetLost();
    return null;
  }

  function flush(): Promise<void> {
    if (flushTimer) clearTimeout(flushTimer);
    flushTimer = null;
    flushing = flushing.then(flushFiles).then(() => pruning);
    return flushing;
  }

  async function flushFiles(): Promise<void> {
    if (closed) return;
    // Somebody may have moved the file: lines that only an open descriptor leads to are lost at the next start.
    if (!segments.isInPlace()) reopen();
    const seen = head;
    try {
      await segments.syncLater();
      if (closed) return;
      options.keepHead(seen);
      flushProblem = null;
    } catch (error) {
      if (!closed) flushProblem = `the audit file could not be flushed to disk: ${sayWhy(error)}`;
    }
  }

  function prune(): void {
    nextPrune = now() + PRUNE_EVERY;
    const { files, through } = findPrunable(audit.log_file, now() - audit.retention);
    if (files.length === 0) return;
    // Told before it is done: a beginning that is missing without a word would be a removal.
    if (append(note("journal.pruned", { from_seq: 1, through_seq: through, files: files.length })) === null)
      return;
    pruning = pruning.then(async () => {
      for (const old of files) {
        await unlink(old).catch((error) => log(`an old audit file could not be removed: ${sayWhy(error)}`));
      }
    });
  }

  function reopen(): void {
    if (segments.isFresh || segments.isIntact()) return;
    const newest = listArchives(audit.log_file).at(-1);
    const from = newest === undefined ? 1 : readLastSeq(newest) + 1;
    const through = head.seq;
    segments.replace(`${audit.log_file}.aside.${through}`);
    append(note("journal.moved", { from_seq: from, through_seq: through }));
  }

  function close(): void {
    if (closed) return;
    retry();
    closed = true;
    for (const timer of [flushTimer, retryTimer]) if (timer) clearTimeout(timer);
    if (backlog.size > 0) log(`${backlog.size} audit lines could not be written before the end`);
    try {
      segments.close();
      options.keepHead(head);
    } catch (error) {
      log(`the audit file could not be flushed at the end: ${sayWhy(error)}`);
    }
  }

  function note(event: string, detail: Readonly<Record<string, unknown>>): NewLine {
    return { type: "journal", time: stamp(), event, detail };
  }

  function stamp(): string {
    return new Date(now()).toISOString();
  }

  const trouble = beginFile();
  if (trouble !== null) fail(trouble);

  return {
    append,
    get problem() {
      return writeProblem ?? flushProblem;
    },
    get head() {
      return head;
    },
    onLine(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    flush,
    reopen,
    prune,
    close,
  };
}
