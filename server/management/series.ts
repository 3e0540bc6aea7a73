/** Reads the series of a chart off the rollups, in turns that leave the loop to calls. */
import { toUsd } from "../core/money.ts";
import type { Index, SumBucket } from "../store/store.ts";
import { OTHERS } from "../store/totals.ts";
import { addSum, createBreakdown, emptySum, type Sum } from "./breakdown.ts";
import { knownCost, viewLatencies } from "./report-view.ts";
import type { StatsBy, StatsQuery } from "./stats-query.ts";
import { GRAINS, listSteps } from "./steps.ts";
import type { StatsAnswer, StatsSeries } from "./wire/records.ts";

/** Series of one chart beside the one of all others. */
const MOST_SERIES = 10;

/** The answer of `GET /api/stats`. Stops when nobody waits for it any more; what it answers then is nothing to go by. */
export async function readStats(
  index: Pick<Index, "sums">,
  { agent, by, period, step }: StatsQuery,
  timezone: string,
  signal: AbortSignal,
): Promise<StatsAnswer> {
  const { times, end } = listSteps(period, step, timezone);
  const from = times[0] ?? end;
  const read = async (add: (bucket: SumBucket) => void): Promise<void> => {
    for (const bucket of index.sums(GRAINS[step], from, end, { agent })) {
      add(bucket);
      await new Promise(setImmediate);
      if (signal.aborted) break;
    }
  };

  const keys = by === null ? [""] : await findKeys(by, timezone, read);
  const sums = new Map(keys.map((key) => [key, times.map(emptySum)]));
  const places = new Map(times.map((time, place) => [time, place]));
  await read(({ start, rows }) => {
    const place = places.get(start) ?? -1;
    for (const row of rows) {
      const of = sums.get(by === null ? "" : row[by]) ?? sums.get(OTHERS);
      const sum = of?.[place];
      if (sum) addSum(sum, row);
    }
  });
  return {
    from: new Date(from).toISOString(),
    to: new Date(end).toISOString(),
    step,
    timezone,
    times: times.map((time) => new Date(time).toISOString()),
    series: [...sums].map(([key, points]) => viewSeries(key || null, points)),
  };
}

/** The dearest ones first: those that have a series of their own, and `OTHERS` when there are more. */
async function findKeys(
  by: StatsBy,
  timezone: string,
  read: (add: (bucket: SumBucket) => void) => Promise<void>,
): Promise<string[]> {
  const breakdown = createBreakdown(by, timezone);
  await read(breakdown.add);
  const keys = breakdown.list().map(({ key }) => key);
  const named = keys.filter((key) => key !== OTHERS).slice(0, MOST_SERIES);
  return named.length < keys.length ? [...named, OTHERS] : named;
}

function viewSeries(key: string | null, points: readonly Sum[]): StatsSeries {
  const latencies = points.map((point) => viewLatencies(point.latencies));
  return {
    key,
    calls: points.map(({ tally }) => tally.calls),
    errors: points.map(({ tally }) => tally.errors),
    refusals: points.map(({ tally }) => tally.blocked),
    tokens_in: points.map(({ tally }) => tally.tokensIn),
    tokens_out: points.map(({ tally }) => tally.tokensOut),
    cost: points.map(({ tally }) => {
      const cost = knownCost(tally);
      return cost === null ? null : toUsd(cost);
    }),
    unpriced: points.map(({ tally }) => tally.unpriced),
    p50_ms: latencies.map(({ p50 }) => p50),
    p95_ms: latencies.map(({ p95 }) => p95),
    p99_ms: latencies.map(({ p99 }) => p99),
  };
}
