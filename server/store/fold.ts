/** Folds lines of the journal into the tables of index.db. The same lines in the same order give the same tables. */
import type { Database } from "bun:sqlite";
import { dayStart, hourStart } from "../core/calendar.ts";
import type { Instant, Millis } from "../core/duration.ts";
import type { Line } from "../core/event.ts";
import { prepareAdmitted, readAdmitted } from "./admitted.ts";
import type { Head } from "./chain.ts";
import { isCheckpoint } from "./checkpoint.ts";
import { groupLines, isSummed, type ReadLine, readLine, startOfMinute } from "./groups.ts";
import { prepareOwners } from "./owners.ts";
import { prepareRollup } from "./rollups.ts";
import { prepareShapes, readValue, SHAPE_FIELDS } from "./shapes.ts";
import { prepareSightings } from "./sightings.ts";
import { LOG_FIELDS } from "./store.ts";

/** Entries that one batch removes at most, so that no batch takes long. */
const PRUNE_STEP = 1_000;

const HOUR: Millis = 3_600_000;

/** What one row of `spans` covers. */
const SPAN = HOUR;

/** How far back, from the newest line, sums of minutes are kept: what is older is told by the hour. */
export const MINUTES_KEPT = 3 * HOUR;

/** Minutes are many: their labels are folded earlier than those of hours. */
const MAX_MINUTE_ROWS = 1_000;

/** What `entries` takes from a line as it is. Its labels are in `shapes`. */
const OWN_FIELDS = LOG_FIELDS.filter(
  (field) =>
    !["seq", "time", "prev", "detail"].includes(field) && !SHAPE_FIELDS.some((label) => label === field),
);

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
  const columns = ["seq", "time", "shape", "prev", "admitted", "detail", ...OWN_FIELDS];
  const insertEntry = database.query(
    `INSERT INTO entries (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})`,
  );
  const dropEntries = database.query(
    `DELETE FROM entries WHERE seq < min(?, (SELECT min(seq) FROM entries) + ${PRUNE_STEP})`,
  );
  const widenSpan = database.query(
    "INSERT INTO spans VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET last = excluded.last",
  );
  const dropSpans = database.query("DELETE FROM spans WHERE last <= ?");
  const writeStanding = database.query("UPDATE standing SET seq = ?, hash = ?, floor = ?");
  const shapes = prepareShapes(database);
  const sightings = prepareSightings(database);
  const owners = prepareOwners(database, zone);
  const addAdmitted = prepareAdmitted(database, zone);
  const minutes = prepareRollup(database, "minutes", (minute) => minute, MAX_MINUTE_ROWS);
  const hours = prepareRollup(database, "hours", (minute) => hourStart(minute, zone));
  const days = prepareRollup(database, "days", (minute) => dayStart(minute, zone));
  const rollups = [minutes, hours, days];
  const dropMinutes = database.query("DELETE FROM minutes WHERE start < ?");

  const foldBatch = database.transaction(
    (lines: readonly ReadLine[], standing: IndexStanding, keepFrom: number): IndexStanding => {
      let { seq, hash } = standing;
      const floor = lines.reduce(
        (highest, { line }) => Math.max(highest, prunedThrough(line)),
        Math.max(standing.floor, keepFrom),
      );
      for (const { line, time, shape } of lines) {
        if (isCheckpoint(line) && line.seq > seq + 1) {
          sightings.seed(line.totals, time);
          owners.seed(line.totals);
        }
        // The entry at the floor is kept for its hash alone: it is what the next one names as the one before it.
        if (line.seq >= floor) {
          const follows = line.seq === seq + 1 && line.prev === hash && seq > 0;
          const own = OWN_FIELDS.map((field) => readValue(line, field));
          const id = shapes.findId(shape, line.seq);
          const prev = follows ? null : line.prev;
          insertEntry.run(line.seq, time, id, prev, readAdmitted(line), renderDetail(line), ...own);
        }
        ({ seq, hash } = line);
      }
      const groups = groupLines(lines);
      const summed = groups.filter(isSummed);
      for (const rollup of rollups) rollup.add(summed);
      sightings.add(groups);
      owners.add(groups);
      addAdmitted(lines);
      for (const [hour, { first, last }] of findSpans(lines)) widenSpan.run(hour, first, last);
      dropMinutes.run(startOfMinute(lines.at(-1)?.time ?? 0) - MINUTES_KEPT);
      dropSpans.run(floor);
      dropEntries.run(floor);
      shapes.dropBefore(floor);
      writeStanding.run(seq, hash, floor);
      return { seq, hash, floor };
    },
  );

  return {
    add(lines, standing, keepFrom) {
      try {
        return foldBatch(lines.map(readLine), standing, keepFrom);
      } catch (error) {
        for (const part of [shapes, ...rollups]) part.forget();
        throw error;
      }
    },
  };
}

/** The row of `spans` that a time belongs to. */
export function spanOf(time: Instant): number {
  return Math.floor(time / SPAN);
}

/** Between which numbers the lines of each hour of UTC stand. */
function findSpans(lines: readonly ReadLine[]): Map<number, { first: number; last: number }> {
  const spans = new Map<number, { first: number; last: number }>();
  for (const { line, time } of lines) {
    const hour = spanOf(time);
    const span = spans.get(hour);
    if (span) span.last = line.seq;
    else spans.set(hour, { first: line.seq, last: line.seq });
  }
  return spans;
}

/** What a line says besides, as JSON; null where it says nothing. */
function renderDetail(line: Line): string | null {
  const detail = "detail" in line ? line.detail : null;
  // Whoever edits a journal must not decide what the logs' readers get.
  return detail instanceof Object && !Array.isArray(detail) ? JSON.stringify(detail) : null;
}

/** Entries of files that were pruned go with them: a rebuilt index could not show them either. */
function prunedThrough(line: Line): number {
  const through = line.type === "journal" && line.event === "journal.pruned" ? line.detail?.through_seq : 0;
  return typeof through === "number" ? through : 0;
}
