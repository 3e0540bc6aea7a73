/** The sums that the rollups keep, read a bucket at a time. Values from outside reach SQL as parameters only. */
import type { Database, SQLQueryBindings } from "bun:sqlite";
import type { Tally } from "../core/agent.ts";
import type { Instant } from "../core/duration.ts";
import { parseLatencies } from "./latencies.ts";
import type { Index, SumFilter, SumRow } from "./store.ts";
import { READ_TALLY } from "./tally-columns.ts";

/** Column names become SQL: these and no others. */
const NARROWING = ["agent", "owner", "purpose"] as const satisfies readonly (keyof SumFilter)[];

export interface FoundSums {
  readonly sums: Index["sums"];
  readonly sumsBegin: Index["sumsBegin"];
}

export function prepareSums(database: Database): FoundSums {
  const findFirst = database.query<{ start: Instant | null }, []>("SELECT min(start) AS start FROM hours");
  return {
    *sums(grain, from, to, filter) {
      const given = NARROWING.filter((name) => filter[name] !== undefined);
      const narrowed = given.map((name) => ` AND ${name} = ?`).join("");
      const values = given.map((name) => filter[name] ?? "");
      const findNext = database.query<{ start: Instant | null }, [Instant, Instant]>(
        `SELECT min(start) AS start FROM ${grain} WHERE start >= ? AND start < ?`,
      );
      const list = database.query<Row, SQLQueryBindings[]>(
        `SELECT agent, owner, purpose, provider, model, latencies, ${READ_TALLY}
        FROM ${grain} WHERE start = ?${narrowed}`,
      );
      for (let after = from; ; ) {
        const start = findNext.get(after, to)?.start ?? null;
        if (start === null) return;
        yield { start, rows: list.all(start, ...values).map(toSumRow) };
        after = start + 1;
      }
    },
    sumsBegin: () => findFirst.get()?.start ?? null,
  };
}

/** Columns of a rollup, as `sums` names them. */
interface Row extends Tally {
  agent: string;
  owner: string;
  purpose: string;
  provider: string;
  model: string;
  latencies: string;
}

function toSumRow({ agent, owner, purpose, provider, model, latencies, ...tally }: Row): SumRow {
  return { agent, owner, purpose, provider, model, tally, latencies: parseLatencies(latencies) };
}
