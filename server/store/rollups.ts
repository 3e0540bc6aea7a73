/**
 * Sums per minute, hour or day by agent, owner, purpose, provider and model. Owner, purpose and model are written by
 * agents, so the rows of one bucket are bounded: combinations beyond that are summed under `OTHERS`.
 */
import type { Database } from "bun:sqlite";
import { emptyTally, type Tally } from "../core/agent.ts";
import type { Instant } from "../core/duration.ts";
import type { Group, Labels } from "./groups.ts";
import { addLatencies, type Latencies, parseLatencies, renderLatencies } from "./latencies.ts";
import type { Grain } from "./store.ts";
import { addTally } from "./tally.ts";
import { ADD_TALLY, tallyValues } from "./tally-columns.ts";
import { OTHERS } from "./totals.ts";

/** Rows of one bucket before labels are folded. */
export const MAX_ROWS = 10_000;

export interface Rollup {
  /** Adds groups in the order of the journal. Inside the caller's transaction. */
  add(groups: readonly Group[]): void;
  /** Forgets what it knows of the table: after a transaction that failed. */
  forget(): void;
}

/** The rollup of one table; `startOf` gives the instant at which the bucket of a minute began. */
export function prepareRollup(
  database: Database,
  table: Grain,
  startOf: (minute: Instant) => Instant,
  maxRows = MAX_ROWS,
): Rollup {
  const upsert = database.query(`
    INSERT INTO ${table} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET ${ADD_TALLY}, latencies = excluded.latencies`);
  const listRows = database.query<[...Labels, string], [number]>(
    `SELECT agent, owner, purpose, provider, model, latencies FROM ${table} WHERE start = ?`,
  );
  let start: Instant | null = null;
  /** Rows that the present bucket has, with how long their calls took, what is to be added included. */
  let rows = new Map<string, Latencies>();
  /** What is to be added to them. */
  let sums = new Map<string, { labels: Labels; tally: Tally; latencies: Latencies }>();

  function enter(bucket: Instant): void {
    if (start === bucket) return;
    write();
    start = bucket;
    rows = new Map(
      listRows.values(bucket).map(([agent, owner, purpose, provider, model, latencies]) => {
        return [JSON.stringify([agent, owner, purpose, provider, model]), parseLatencies(String(latencies))];
      }),
    );
  }

  function write(): void {
    for (const { labels, tally, latencies } of sums.values()) {
      upsert.run(start, ...labels, ...tallyValues(tally), renderLatencies(latencies));
    }
    sums = new Map();
  }

  return {
    add(groups) {
      for (const { minute, labels, tally, latencies } of groups) {
        enter(startOf(minute));
        let key = JSON.stringify(labels);
        let kept = labels;
        if (rows.size >= maxRows && !rows.has(key)) {
          kept = [labels[0], OTHERS, OTHERS, labels[3], OTHERS];
          key = JSON.stringify(kept);
        }
        const known = rows.get(key) ?? new Map();
        rows.set(key, known);
        addLatencies(known, latencies);
        const sum = sums.get(key) ?? { labels: kept, tally: emptyTally(), latencies: known };
        sums.set(key, sum);
        addTally(sum.tally, tally);
      }
      write();
    },
    forget() {
      start = null;
      sums = new Map();
    },
  };
}
