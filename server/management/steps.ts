/** The steps of a chart: which ones a period is cut into, and when each begins. Pure. */
import { dayStart, hourStart } from "../core/calendar.ts";
import type { Instant, Millis } from "../core/duration.ts";
import { MINUTES_KEPT } from "../store/fold.ts";
import type { Grain } from "../store/store.ts";
import type { Period } from "./period.ts";
import type { StatsStep } from "./wire/records.ts";

/** Points of a chart whose step was not asked for: as many as a screen shows well. */
const COMFORTABLE = 200;
/** Points of any chart: a month of hours, or two years of days. */
export const MOST_POINTS = 750;

const MINUTE: Millis = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The shortest first. */
export const STEPS = ["1m", "1h", "1d"] as const satisfies readonly StatsStep[];

const LENGTHS: Readonly<Record<StatsStep, Millis>> = { "1m": MINUTE, "1h": HOUR, "1d": DAY };

/** The rollup that tells of each step. */
export const GRAINS: Readonly<Record<StatsStep, Grain>> = { "1m": "minutes", "1h": "hours", "1d": "days" };

/** How many steps the period has, give or take the one that it begins in. */
export function countSteps({ from, to }: Period, step: StatsStep): number {
  return Math.ceil((to - from) / LENGTHS[step]);
}

/** Whether there are sums for such steps from this time on. */
export function isTold(step: StatsStep, from: Instant, now: Instant): boolean {
  return step !== "1m" || from >= now - MINUTES_KEPT;
}

/** The shortest step that is told of the whole period and makes no more points than are well seen. */
export function chooseStep(period: Period, now: Instant): StatsStep {
  const fits = (step: StatsStep) => countSteps(period, step) <= COMFORTABLE && isTold(step, period.from, now);
  return STEPS.find(fits) ?? "1d";
}

/** When each step that the period touches begins, oldest first, and when the last one ends. */
export function listSteps(
  { from, to }: Period,
  step: StatsStep,
  zone: string,
): { times: Instant[]; end: Instant } {
  const times: Instant[] = [];
  const startOf = (at: Instant) =>
    step === "1m" ? at - (at % MINUTE) : step === "1h" ? hourStart(at, zone) : dayStart(at, zone);
  // A day of 23 or 25 hours ends within a day and a half of its beginning, and the next one does not.
  const beyond = step === "1d" ? 1.5 * DAY : LENGTHS[step];
  let at = startOf(from);
  for (; at < to; at = startOf(at + beyond)) times.push(at);
  return { times, end: at };
}
