/**
 * The tables `owners` and `owner_hours`: what each owner was charged, over its lifetime and by the hour. The owner that a
 * line shows is a label, as declared; the one that was charged is what caps count by (SPEC 4.6, 7.1).
 */
import type { Database } from "bun:sqlite";
import { emptyTally, type Tally } from "../core/agent.ts";
import { hourStart } from "../core/calendar.ts";
import type { Instant } from "../core/duration.ts";
import type { Group } from "./groups.ts";
import { addTally } from "./tally.ts";
import { ADD_TALLY, REPLACE_TALLY, TALLY_COLUMNS, tallyValues } from "./tally-columns.ts";
import { OTHERS, parseRow, parseTotals } from "./totals.ts";

export interface Owners {
  /** Adds what calls were charged; refusals charge nobody. */
  add(groups: readonly Group[]): void;
  /** Where lines before a checkpoint are not there to be folded, its totals stand for them. */
  seed(totals: unknown): void;
}

/** Everything happens inside the caller's transaction. `zone` says where hours begin. */
export function prepareOwners(database: Database, zone: string): Owners {
  const insert = `INSERT INTO owners (owner, ${TALLY_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`;
  const addTotal = database.query(`${insert} ON CONFLICT DO UPDATE SET ${ADD_TALLY}`);
  const replaceTotal = database.query(`${insert} ON CONFLICT DO UPDATE SET ${REPLACE_TALLY}`);
  const addHour = database.query(`
    INSERT INTO owner_hours (start, owner, ${TALLY_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET ${ADD_TALLY}`);

  return {
    add(groups) {
      for (const [minute, owners] of sumOwners(groups)) {
        const start = hourStart(minute, zone);
        for (const [owner, tally] of owners) {
          addTotal.run(owner, ...tallyValues(tally));
          addHour.run(start, owner, ...tallyValues(tally));
        }
      }
    },
    seed(totals) {
      for (const row of parseTotals(totals)?.owners ?? []) {
        const tally = { ...parseRow(row), blocked: 0 };
        if (row[0] !== OTHERS && tally.calls > 0) replaceTotal.run(row[0], ...tallyValues(tally));
      }
    },
  };
}

/** What each owner was charged in each minute. */
function sumOwners(groups: readonly Group[]): Map<Instant, Map<string, Tally>> {
  const minutes = new Map<Instant, Map<string, Tally>>();
  for (const { type, minute, payer, tally } of groups) {
    if (type !== "call" || payer === "") continue;
    const owners = minutes.get(minute) ?? new Map<string, Tally>();
    minutes.set(minute, owners);
    const sum = owners.get(payer) ?? emptyTally();
    owners.set(payer, sum);
    addTally(sum, tally);
  }
  return minutes;
}
