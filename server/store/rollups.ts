/**
 * Sums per hour or day by agent, owner, purpose, provider and model. Owner, purpose and model are written by agents, so
 * the rows of one bucket are bounded: combinations beyond that are summed under `OTHERS`.
 */
import type { Database } from "bun:sqlite";
import { emptyTally, type Tally } from "../core/agent.ts";
import type { Instant } from "../core/duration.ts";
import type { BlockedLine, CallLine } from "../core/event.ts";
import { addLine } from "./tally.ts";
import { OTHERS } from "./totals.ts";

/** Rows of one bucket before labels are folded. */
export const MAX_ROWS = 10_000;

/** Agent, owner, purpose, provider, model; empty where the line says nothing. */
type Labels = readonly [string, string, string, string, string];

export interface Rollup {
  /** Adds lines in the order of the journal. Inside the caller's transaction. */
  add(lines: readonly (CallLine | BlockedLine)[]): void;
  /** Forgets what it knows of the table: after a transaction that failed. */
  forget(): void;
}

/** The rollup of one table; `startOf` gives the instant at which a bucket began. */
export function prepareRollup(
  database: Database,
  table: "hours" | "days",
  startOf: (t: Instant) => Instant,
  maxRows = MAX_ROWS,
): Rollup {
  const upsert = database.query(`
    INSERT INTO ${table} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET ${ADD_TALLY}`);
  const listLabels = database.query<Record<string, string>, [number]>(
    `SELECT agent, owner, purpose, provider, model FROM ${table} WHERE start = ?`,
  );
  let start: Instant | null = null;
  /** Rows that the present bucket has. */
  let rows = new Set<string>();
  /** What is to be added to them. */
  let sums = new Map<string, { labels: Labels; tally: Tally }>();

  function enter(bucket: Instant): void {
    if (start === bucket) return;
    write();
    start = bucket;
    rows = new Set(
      listLabels
        .all(bucket)
        .map((row) => JSON.stringify([row.agent, row.owner, row.purpose, row.provider, row.model])),
    );
  }

  function write(): void {
    for (const { labels, tally } of sums.values()) upsert.run(start, ...labels, ...tallyValues(tally));
    sums = new Map();
  }

  return {
    add(lines) {
      for (const line of lines) {
        enter(startOf(Date.parse(line.time)));
        const labels = fold(readLabels(line), rows, maxRows);
        const key = JSON.stringify(labels);
        rows.add(key);
        const sum = sums.get(key) ?? { labels, tally: emptyTally() };
        sums.set(key, sum);
        addLine(sum.tally, line);
      }
      write();
    },
    forget() {
      start = null;
      sums = new Map();
    },
  };
}

/** The `SET` list that adds an inserted tally to the one that stands there. */
export const ADD_TALLY = ["calls", "errors", "blocked", "tokens_in", "tokens_out", "cost_nano", "unpriced"]
  .map((column) => `${column} = ${column} + excluded.${column}`)
  .join(", ");

/** A tally in the order of its columns. */
export function tallyValues(t: Tally): [number, number, number, number, number, number, number] {
  return [t.calls, t.errors, t.blocked, t.tokensIn, t.tokensOut, t.costNano, t.unpriced];
}

function readLabels(line: CallLine | BlockedLine): Labels {
  const model = line.type === "call" ? (line.model ?? line.requested_model) : line.requested_model;
  return [line.agent ?? "", line.owner ?? "", line.purpose ?? "", line.provider ?? "", model ?? ""];
}

function fold(labels: Labels, rows: ReadonlySet<string>, maxRows: number): Labels {
  if (rows.size < maxRows || rows.has(JSON.stringify(labels))) return labels;
  return [labels[0], OTHERS, OTHERS, labels[3], OTHERS];
}
