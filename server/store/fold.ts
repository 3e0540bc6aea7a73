/** Folds lines of the journal into the tables of index.db. The same lines in the same order give the same tables. */
import type { Database } from "bun:sqlite";
import { emptyTally, type Tally } from "../core/agent.ts";
import { dayStart, hourStart } from "../core/calendar.ts";
import type { Instant, Millis } from "../core/duration.ts";
import type { Line } from "../core/event.ts";
import type { Head } from "./chain.ts";
import { isCheckpoint } from "./checkpoint.ts";
import { ADD_TALLY, prepareRollup, tallyValues } from "./rollups.ts";
import { LOG_FIELDS } from "./store.ts";
import { addLine } from "./tally.ts";
import { OTHERS, parseRow, parseTotals } from "./totals.ts";

/** Entries that one batch removes at most, so that no batch takes long. */
const PRUNE_STEP = 1_000;

/** What one row of `spans` covers. */
export const SPAN: Millis = 3_600_000;

/** How far the index has folded. Entries up to `floor` are not shown any more. */
export interface IndexStanding extends Head {
  readonly floor: number;
}

export interface Fold {
  /** One batch, in one transaction. Throws what SQLite throws; then nothing of it is there. */
  add(lines: readonly Line[], standing: IndexStanding, keepFrom: number): IndexStanding;
}

/**
 * Prepares the fold. `zone` says where hours and days begin. Of `add`, `keepFrom` is the number up to which entries are
 * not worth keeping.
 */
export function prepareFold(database: Database, zone: string): Fold {
  const columns = LOG_FIELDS.map((field) => `"${field}"`).join(", ");
  const insertEntry = database.query(
    `INSERT INTO entries (${columns}) VALUES (${LOG_FIELDS.map(() => "?").join(", ")})`,
  );
  const dropEntries = database.query(
    `DELETE FROM entries WHERE seq <= min(?, (SELECT min(seq) FROM entries) + ${PRUNE_STEP})`,
  );
  const widenSpan = database.query(`
    INSERT INTO spans VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET
      first = min(first, excluded.first), last = max(last, excluded.last)`);
  const dropSpans = database.query("DELETE FROM spans WHERE last <= ?");
  const seeAgent = database.query(`
    INSERT INTO agents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
      owner = coalesce(owner, excluded.owner), purpose = coalesce(purpose, excluded.purpose),
      first_seen = min(first_seen, excluded.first_seen), last_seen = max(last_seen, excluded.last_seen), ${ADD_TALLY}`);
  const seedAgent = database.query(`
    INSERT INTO agents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
      calls = excluded.calls, errors = excluded.errors, blocked = excluded.blocked, tokens_in = excluded.tokens_in,
      tokens_out = excluded.tokens_out, cost_nano = excluded.cost_nano, unpriced = excluded.unpriced`);
  const writeStanding = database.query("UPDATE standing SET seq = ?, hash = ?, floor = ?");
  const hours = prepareRollup(database, "hours", (t) => hourStart(t, zone));
  const days = prepareRollup(database, "days", (t) => dayStart(t, zone));

  const foldBatch = database.transaction(
    (lines: readonly Line[], standing: IndexStanding, keepFrom: number): IndexStanding => {
      let { seq, hash } = standing;
      const floor = Math.max(standing.floor, keepFrom, ...lines.map(prunedThrough));
      const sightings = new Map<string, Sighting>();
      const spans = new Map<number, { first: number; last: number }>();
      for (const line of lines) {
        if (isCheckpoint(line) && line.seq > seq + 1) seed(line.totals, Date.parse(line.time));
        if (line.seq > floor) insertEntry.run(...LOG_FIELDS.map((field) => columnValue(line, field)));
        noteSighting(sightings, line);
        noteSpan(spans, line);
        ({ seq, hash } = line);
      }
      const counted = lines.filter((line) => line.type === "call" || line.type === "blocked");
      hours.add(counted);
      days.add(counted);
      for (const [agent, s] of sightings) {
        seeAgent.run(agent, s.owner, s.purpose, s.first, s.last, ...tallyValues(s.tally));
      }
      for (const [hour, { first, last }] of spans) widenSpan.run(hour, first, last);
      dropSpans.run(floor);
      dropEntries.run(floor);
      writeStanding.run(seq, hash, floor);
      return { seq, hash, floor };
    },
  );

  /** Where lines before a checkpoint are not there to be folded, its totals stand for them. */
  function seed(totals: unknown, time: Instant): void {
    for (const row of parseTotals(totals)?.agents ?? []) {
      if (row[0] !== OTHERS) seedAgent.run(row[0], null, null, time, time, ...tallyValues(parseRow(row)));
    }
  }

  return {
    add(lines, standing, keepFrom) {
      try {
        return foldBatch(lines, standing, keepFrom);
      } catch (error) {
        hours.forget();
        days.forget();
        throw error;
      }
    },
  };
}

/** What a batch says of one agent. Owner and purpose are the first that were declared. */
interface Sighting {
  owner: string | null;
  purpose: string | null;
  first: Instant;
  last: Instant;
  readonly tally: Tally;
}

function noteSighting(sightings: Map<string, Sighting>, line: Line): void {
  if (line.type !== "call" && line.type !== "blocked" && line.type !== "agent") return;
  if (line.agent === undefined) return;
  const time = Date.parse(line.time);
  const sighting = sightings.get(line.agent) ?? {
    owner: null,
    purpose: null,
    first: time,
    last: time,
    tally: emptyTally(),
  };
  sightings.set(line.agent, sighting);
  sighting.owner ??= line.owner ?? null;
  sighting.purpose ??= line.purpose ?? null;
  sighting.first = Math.min(sighting.first, time);
  sighting.last = Math.max(sighting.last, time);
  addLine(sighting.tally, line);
}

function noteSpan(spans: Map<number, { first: number; last: number }>, line: Line): void {
  const hour = Math.floor(Date.parse(line.time) / SPAN);
  const span = spans.get(hour) ?? { first: line.seq, last: line.seq };
  spans.set(hour, span);
  span.last = line.seq;
}

/** Entries of files that were pruned go with them: a rebuilt index could not show them either. */
function prunedThrough(line: Line): number {
  const through = line.type === "journal" && line.event === "journal.pruned" ? line.detail?.through_seq : 0;
  return typeof through === "number" ? through : 0;
}

function columnValue(line: object, field: (typeof LOG_FIELDS)[number]): string | number | null {
  const value: unknown = (line as Readonly<Record<string, unknown>>)[field];
  if (field === "time") return Date.parse(String(value));
  if (typeof value === "boolean") return value ? 1 : 0;
  return typeof value === "string" || typeof value === "number" ? value : null;
}
