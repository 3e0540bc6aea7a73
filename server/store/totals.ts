/**
 * Lifetime sums that every checkpoint carries: the gateway's, each agent's and each owner's. A call counts for the owner that
 * was charged, a refusal for the one that was named.
 */
import { emptyTally, type Tally } from "../core/agent.ts";
import { type Line, payerOf, type Totals, type TotalsRow } from "../core/event.ts";
import { addLine } from "./tally.ts";

/** Names that agents write could be without number: those beyond this many are summed under `OTHERS`. */
export const MAX_NAMES = 10_000;
export const OTHERS = "(others)";

export interface Sums {
  readonly gateway: Tally;
  readonly agents: Map<string, Tally>;
  readonly owners: Map<string, Tally>;
}

/** Sums that start at zero, or where a checkpoint left off. */
export function createSums(from: Totals | null = null): Sums {
  const gateway = from ? parseRow(from.gateway) : emptyTally();
  return { gateway, agents: parseRows(from?.agents ?? []), owners: parseRows(from?.owners ?? []) };
}

/** Adds one line. The same lines in the same order always give the same sums. */
export function sumLine(sums: Sums, line: Line): void {
  if (line.type !== "call" && line.type !== "blocked") return;
  addBounded(sums.gateway, line);
  if (line.agent !== undefined) addBounded(findTally(sums.agents, line.agent), line);
  const owner = line.type === "call" ? payerOf(line) : line.owner;
  if (owner !== undefined) addBounded(findTally(sums.owners, owner), line);
}

/** Sums end where numbers stop being exact: JSON has no infinity, and a checkpoint without a figure is none. */
function addBounded(tally: Tally, line: Line): void {
  addLine(tally, line);
  tally.blocked = bound(tally.blocked);
  tally.tokensIn = bound(tally.tokensIn);
  tally.tokensOut = bound(tally.tokensOut);
  tally.costNano = bound(tally.costNano);
}

function bound(sum: number): number {
  return Math.max(-Number.MAX_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, sum));
}

/** The sums as a checkpoint writes them. */
export function renderTotals(sums: Sums): Totals {
  return {
    gateway: renderRow("", sums.gateway),
    agents: [...sums.agents].map(([name, tally]) => renderRow(name, tally)),
    owners: [...sums.owners].map(([name, tally]) => renderRow(name, tally)),
  };
}

/** The totals of a checkpoint as read from a file; null when they have not the form that `renderTotals` gives. */
export function parseTotals(value: unknown): Totals | null {
  if (typeof value !== "object" || value === null) return null;
  const { gateway, agents, owners } = value as Record<string, unknown>;
  return isRow(gateway) && isRows(agents) && isRows(owners) ? { gateway, agents, owners } : null;
}

/** The tally that a row of a checkpoint stands for. */
export function parseRow(row: TotalsRow): Tally {
  const [, calls, errors, blocked, tokensIn, tokensOut, costNano, unpriced] = row;
  return { calls, errors, blocked, tokensIn, tokensOut, costNano, unpriced };
}

function findTally(tallies: Map<string, Tally>, name: string): Tally {
  const key = tallies.has(name) || tallies.size < MAX_NAMES ? name : OTHERS;
  const known = tallies.get(key);
  if (known) return known;
  const tally = emptyTally();
  tallies.set(key, tally);
  return tally;
}

function parseRows(rows: readonly TotalsRow[]): Map<string, Tally> {
  return new Map(rows.map((row) => [row[0], parseRow(row)]));
}

function isRow(value: unknown): value is TotalsRow {
  if (!Array.isArray(value) || value.length !== 8) return false;
  const [name, ...figures] = value as unknown[];
  return typeof name === "string" && figures.every((figure) => typeof figure === "number");
}

function isRows(value: unknown): value is TotalsRow[] {
  return Array.isArray(value) && value.every(isRow);
}

function renderRow(name: string, t: Tally): TotalsRow {
  return [name, t.calls, t.errors, t.blocked, t.tokensIn, t.tokensOut, t.costNano, t.unpriced];
}
