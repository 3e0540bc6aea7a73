/** Reads a report off the rollups, in turns that leave the loop to calls (SPEC 14.3, 17). */
import type { Instant } from "../core/duration.ts";
import type { Index } from "../store/store.ts";
import { createBreakdown, type Group } from "./breakdown.ts";
import { type Period, splitPeriod, widenToHours } from "./period.ts";
import type { ReportQuery } from "./report-query.ts";

/** A report before it is written in one form or another. */
export interface Report extends Pick<ReportQuery, "by" | "filter"> {
  /** Whole hours. */
  readonly period: Period;
  readonly timezone: string;
  /** When the sums begin; null while there are none. */
  readonly knownFrom: Instant | null;
  readonly madeAt: Instant;
  readonly groups: readonly Group[];
  readonly total: Group;
}

/**
 * Sums up what the query asks for. Costs as much as there are hours and days in the period, however many calls they saw.
 * Stops when nobody waits for it any more; what it answers then is nothing to go by.
 */
export async function readReport(
  index: Pick<Index, "sums" | "sumsBegin">,
  { by, from, to, filter }: ReportQuery,
  timezone: string,
  now: Instant,
  signal: AbortSignal,
): Promise<Report> {
  const knownFrom = index.sumsBegin();
  const period = widenToHours({ from: from ?? Math.min(knownFrom ?? to, to), to }, timezone);
  const breakdown = createBreakdown(by, timezone);
  for (const part of splitPeriod(period, timezone)) {
    for (const bucket of index.sums(part.grain, part.from, part.to, filter)) {
      breakdown.add(bucket);
      await new Promise(setImmediate);
      if (signal.aborted) break;
    }
  }
  const [groups, total] = [breakdown.list(), breakdown.total()];
  return { by, filter, period, timezone, knownFrom, madeAt: now, groups, total };
}
