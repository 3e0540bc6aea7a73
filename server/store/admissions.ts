/** When calls were let in, as their entries tell: rate limits are rebuilt from it after a restart (SPEC 8). */
import type { Database } from "bun:sqlite";
import type { Instant } from "../core/duration.ts";
import { spanOf } from "./fold.ts";
import { blockStart } from "./shapes.ts";
import type { Index } from "./store.ts";

type Admission = ReturnType<Index["admissions"]>[number];

/** Admissions at `since` or later, ascending, of entries with numbers above `floor`. */
export type FindAdmissions = (since: Instant, floor: number) => Admission[];

/** Reads through the entries since `since` and no others. */
export function prepareAdmissions(database: Database): FindAdmissions {
  // No call is written down before it was let in: lines of earlier hours tell of earlier admissions.
  const findStart = database.query<{ first: number | null }, [number]>(
    "SELECT min(first) AS first FROM spans WHERE hour >= ?",
  );
  const listShapes = database.query<{ id: number; agent: string; provider: string }, [number]>(
    "SELECT id, agent, provider FROM shapes WHERE id >= ? AND +type = 'call'",
  );
  const list = database.query<{ time: Instant; shape: number }, [number, Instant]>(`
    SELECT coalesce(admitted, time - latency_ms) AS time, shape FROM entries WHERE seq >= ? AND time >= ?`);

  return (since, floor) => {
    const first = findStart.get(spanOf(since))?.first ?? null;
    if (first === null) return [];
    const start = Math.max(first, floor + 1);
    // Names are read once for each shape, so that a million calls do not hold a million copies of them.
    const callers = new Map(listShapes.all(blockStart(start)).map(({ id, ...caller }) => [id, caller]));
    const admissions: Admission[] = [];
    for (const { time, shape } of list.iterate(start, since)) {
      const caller = callers.get(shape);
      if (caller && time >= since) admissions.push({ time, ...caller });
    }
    return admissions.sort((a, b) => a.time - b.time);
  };
}
