/**
 * index.db: the journal folded into tables that answer questions. It holds nothing of its own: whenever it does not fit
 * the journal's files it is made anew from them.
 */
import type { Database } from "bun:sqlite";
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Instant, Millis } from "../core/duration.ts";
import type { Line } from "../core/event.ts";
import { sayWhy } from "./append-file.ts";
import { GENESIS, type Head } from "./chain.ts";
import { openDatabase } from "./database.ts";
import { type IndexStanding, prepareFold } from "./fold.ts";
import { readLinesAfter } from "./journal-files.ts";
import { INDEX_MIGRATIONS } from "./migrations/index.ts";
import { parseCursor, prepareQueries, renderCursor } from "./queries.ts";
import type { Index } from "./store.ts";
import { prepareSums } from "./sums.ts";
import { startTimer, type Timer } from "./timer.ts";

const BATCH = 200;
const BATCH_EVERY: Millis = 100;
/** Lines that may wait while the loop has no turn for folding them. */
const PATIENCE = 2_000;
/** How long the index rests after a write failed, before it reads the files for what it missed. */
const REST: Millis = 5_000;
const SCAN_PAGE = 500;

export interface IndexOptions {
  readonly dataDir: string;
  readonly logFile: string;
  /** Where the journal stands, as its files say. */
  readonly head: Head;
  readonly zone: string;
  readonly maxEntries: number;
  readonly now: () => Instant;
  readonly log: (message: string) => void;
}

export interface OpenIndex extends Index {
  /** Takes a line that was written. Never fails: what cannot be folded now is read from the files later. */
  take(line: Line): void;
  close(): void;
}

/** Opens index.db and folds what it has missed. Throws what the file system throws. */
export function openIndex(options: IndexOptions): OpenIndex {
  const { database, standing: found } = openFitting(options);
  const fold = prepareFold(database, options.zone);
  const queries = prepareQueries(database);
  const kept = prepareSums(database);
  let standing = found;
  let pending: Line[] = [];
  let behindSince: Instant | null = null;
  let timer: Timer | null = null;

  function foldBatch(lines: readonly Line[], newest: number): void {
    standing = fold.add(lines, standing, newest - options.maxEntries);
  }

  /** Reads from the files what was not folded. */
  function catchUp(newest: number): void {
    let batch: Line[] = [];
    for (const line of readLinesAfter(options.logFile, standing.seq)) {
      batch.push(line);
      if (batch.length < BATCH) continue;
      foldBatch(batch, newest);
      batch = [];
    }
    if (batch.length > 0) foldBatch(batch, newest);
  }

  function flush(): void {
    if (timer) clearTimeout(timer);
    timer = null;
    const lines = pending;
    pending = [];
    try {
      if (behindSince === null) {
        const newest = lines.at(-1);
        if (newest) foldBatch(lines, newest.seq);
      } else if (Math.abs(options.now() - behindSince) >= REST) {
        catchUp(standing.seq);
        behindSince = null;
        options.log("index.db can be written again");
      }
    } catch (error) {
      if (behindSince === null) options.log(`index.db cannot be written: ${sayWhy(error)}`);
      behindSince = options.now();
    }
  }

  /** Folding is done in a turn of its own: whoever appended a line does not wait for it. */
  function flushSoon(after: Millis): void {
    if (timer) clearTimeout(timer);
    timer = startTimer(flush, after);
  }

  /** The question, asked once everything is folded that was taken. */
  function fresh<Given extends unknown[], Found>(
    ask: (...given: Given) => Found,
  ): (...given: Given) => Found {
    return (...given) => {
      flush();
      return ask(...given);
    };
  }

  catchUp(options.head.seq);

  return {
    take(line) {
      if (behindSince === null) pending.push(line);
      if (pending.length >= PATIENCE) flush();
      else if (pending.length === BATCH) flushSoon(0);
      else if (!timer) flushSoon(BATCH_EVERY);
    },
    logs: fresh((filter, limit, cursor) => {
      const before = cursor === null ? Number.MAX_SAFE_INTEGER : parseCursor(cursor);
      if (before === null) return { entries: [], nextCursor: null };
      const entries = queries.page(filter, limit + 1, standing.floor, before);
      const last = entries[limit - 1];
      if (entries.length <= limit || !last) return { entries, nextCursor: null };
      return { entries: entries.slice(0, limit), nextCursor: renderCursor(Number(last.seq)) };
    }),
    *scan(filter) {
      flush();
      let before = Number.MAX_SAFE_INTEGER;
      for (;;) {
        const entries = queries.page(filter, SCAN_PAGE, standing.floor, before);
        const last = entries.at(-1);
        if (!last) return;
        yield entries;
        before = Number(last.seq);
      }
    },
    agents: fresh(queries.agents),
    tallies: fresh(queries.tallies),
    owners: fresh(queries.owners),
    ownerTallies: fresh(queries.ownerTallies),
    admitted: fresh(queries.admitted),
    *sums(grain, from, to, filter) {
      flush();
      yield* kept.sums(grain, from, to, filter);
    },
    sumsBegin: fresh(kept.sumsBegin),
    runSums: fresh((agent, run) => queries.runSums(agent, run, standing.floor)),
    admissions: fresh((since) => queries.admissions(since, standing.floor)),
    close() {
      flush();
      database.close();
    },
  };
}

/** Removes index.db and what SQLite keeps beside it. */
export function removeIndex(dataDir: string): void {
  for (const suffix of ["", "-wal", "-shm"]) rmSync(`${indexFile(dataDir)}${suffix}`, { force: true });
}

/** The database when it continues into the journal's files as they are, else a new one. */
function openFitting(options: IndexOptions): { database: Database; standing: IndexStanding } {
  const file = indexFile(options.dataDir);
  try {
    const database = openDatabase(file, INDEX_MIGRATIONS);
    const standing = readStanding(database, options);
    if (standing) return { database, standing };
    database.close();
    options.log("index.db does not fit the audit files: making it anew");
  } catch (error) {
    // Whatever is wrong with it, the journal has it all.
    options.log(`index.db cannot be used (${sayWhy(error)}): making it anew`);
  }
  removeIndex(options.dataDir);
  const database = openDatabase(file, INDEX_MIGRATIONS);
  return { database, standing: begin(database, options.zone) };
}

/** Where the index stands; null when the files do not continue from there or its hours began elsewhere. */
function readStanding(database: Database, options: IndexOptions): IndexStanding | null {
  const row = database
    .query<IndexStanding & { zone: string }, []>("SELECT seq, hash, floor, zone FROM standing")
    .get();
  if (!row) return begin(database, options.zone);
  const { zone, ...standing } = row;
  if (zone !== options.zone || standing.seq > options.head.seq) return null;
  if (standing.seq === options.head.seq) return standing.hash === options.head.hash ? standing : null;
  for (const line of readLinesAfter(options.logFile, standing.seq)) {
    return line.seq === standing.seq + 1 && line.prev === standing.hash ? standing : null;
  }
  return null;
}

function begin(database: Database, zone: string): IndexStanding {
  const { seq, hash } = GENESIS;
  database.run("INSERT INTO standing (only, seq, hash, floor, zone) VALUES (1, ?, ?, 0, ?)", [
    seq,
    hash,
    zone,
  ]);
  return { seq, hash, floor: 0 };
}

function indexFile(dataDir: string): string {
  return join(dataDir, "index.db");
}
