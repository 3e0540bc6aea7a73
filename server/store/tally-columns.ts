/** What a tally is in the tables of index.db: its columns, and the SQL that writes, adds, reads and sums them. */
import type { Tally } from "../core/agent.ts";

/** In the order of the tables, each with the member that it holds. */
const COLUMNS: readonly (readonly [column: string, member: keyof Tally])[] = [
  ["calls", "calls"],
  ["errors", "errors"],
  ["blocked", "blocked"],
  ["tokens_in", "tokensIn"],
  ["tokens_out", "tokensOut"],
  ["cost_nano", "costNano"],
  ["unpriced", "unpriced"],
];

/** The columns of an `INSERT` that takes `tallyValues`. */
export const TALLY_COLUMNS = list((column) => column);

/** The `SET` list that adds an inserted tally to the one that stands there. */
export const ADD_TALLY = list((column) => `${column} = ${column} + excluded.${column}`);

/** The `SET` list that puts an inserted tally in the place of the one that stands there. */
export const REPLACE_TALLY = list((column) => `${column} = excluded.${column}`);

/** What a `SELECT` reads a row's tally with. */
export const READ_TALLY = list((column, member) => `${column} AS ${member}`);

/** What a `SELECT` sums the tallies of a group's rows with. */
export const SUM_TALLY = list((column, member) => `sum(${column}) AS ${member}`);

/** A tally in the order of its columns. */
export function tallyValues(tally: Tally): number[] {
  return COLUMNS.map(([, member]) => tally[member]);
}

function list(write: (column: string, member: string) => string): string {
  return COLUMNS.map(([column, member]) => write(column, member)).join(", ");
}
