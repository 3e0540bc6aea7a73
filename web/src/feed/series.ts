/** A figure over the last ten minutes, in steps of five seconds: what the sparklines draw. */
import type { Instant } from "../../../server/core/duration.ts";

export const STEP = 5_000;
export const STEPS = 120;
const STEPS_PER_MINUTE = 60_000 / STEP;

/** One value for each step; `last` is the number of the step that the last one belongs to, counted since 1970. */
export interface Series {
  readonly last: number;
  /** A typed array because Solid's store leaves those alone: a series is replaced, not watched value by value. */
  readonly values: Float64Array;
}

/** Each agent its own: the store changes what it holds in place. */
export function createSeries(): Series {
  return { last: 0, values: new Float64Array(STEPS) };
}

/** Adds an amount to the step that `now` lies in. The same series comes back when there is nothing to add. */
export function record(series: Series, amount: number, now: Instant): Series {
  if (amount <= 0) return series;
  const values = readSeries(series, now);
  values[STEPS - 1] = (values[STEPS - 1] ?? 0) + amount;
  return { last: Math.floor(now / STEP), values };
}

/** Every step up to the one `now` lies in, oldest first: quiet time counts, so a silent series moves on too. */
export function readSeries(series: Series, now: Instant): Float64Array {
  const values = new Float64Array(STEPS);
  const passed = Math.max(0, Math.floor(now / STEP) - series.last);
  values.set(series.values.subarray(passed));
  return values;
}

/** How many of the steps up to `now` were watched since `since`: before them nobody knows. */
export function countWatched(since: Instant, now: Instant): number {
  return Math.min(STEPS, Math.max(1, Math.floor(now / STEP) - Math.floor(since / STEP) + 1));
}

/** Since when the ten minutes up to `now` were watched, as long as that is not all of them; then null. */
export function watchedOnlySince(since: Instant, now: Instant): Instant | null {
  return countWatched(since, now) < STEPS ? since : null;
}

/** The sum of the minute up to `now`: the last of `sumMinutes`, without drawing the others. */
export function sumLastMinute({ last, values }: Series, now: Instant): number {
  const passed = Math.max(0, Math.floor(now / STEP) - last);
  return values.subarray(STEPS - STEPS_PER_MINUTE + passed).reduce((sum, value) => sum + value, 0);
}

/** At each step the sum of the minute that ends there; the first minute, which is not whole, is left out. */
export function sumMinutes(values: Float64Array): Float64Array {
  return values
    .subarray(STEPS_PER_MINUTE - 1)
    .map((_, at) => values.subarray(at, at + STEPS_PER_MINUTE).reduce((sum, value) => sum + value, 0));
}
