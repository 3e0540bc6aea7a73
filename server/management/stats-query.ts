/** The query of `GET /api/stats`, checked. */
import type { Instant, Millis } from "../core/duration.ts";
import type { Failure } from "./failure.ts";
import { instantFrom, oneOf, readParameters, TIME_FORM } from "./parameters.ts";
import type { Period } from "./period.ts";
import { chooseStep, countSteps, isTold, MOST_POINTS, STEPS } from "./steps.ts";
import type { ReportBy, StatsStep } from "./wire/records.ts";

/** What a chart may tell apart. */
export type StatsBy = Exclude<ReportBy, "day">;
export const STATS_BY = [
  "agent",
  "owner",
  "purpose",
  "model",
  "provider",
] as const satisfies readonly StatsBy[];

const HOUR: Millis = 3_600_000;
/** Spans back from now. */
const RANGES = { "1h": HOUR, "24h": 24 * HOUR, "7d": 168 * HOUR, "30d": 720 * HOUR } as const;
export type StatsRange = keyof typeof RANGES;
export const STATS_RANGES = ["1h", "24h", "7d", "30d"] as const satisfies readonly StatsRange[];

const PARAMETERS = ["agent", "by", "range", "from", "to", "step"] as const;

export interface StatsQuery {
  readonly agent: string | undefined;
  /** Null: all together. */
  readonly by: StatsBy | null;
  readonly period: Period;
  readonly step: StatsStep;
}

export type ParsedStatsQuery =
  | { readonly kind: "valid"; readonly query: StatsQuery }
  | { readonly kind: "invalid"; readonly failure: Failure };

/** Reads the parameters, relative times against `now`. The failure names every parameter that is wrong. */
export function parseStatsQuery(query: URLSearchParams, now: Instant): ParsedStatsQuery {
  const { text, take, blame, judge } = readParameters(query, PARAMETERS);
  const instant = instantFrom(now);
  const by = take("by", `one of ${STATS_BY.join(", ")}`, oneOf(STATS_BY)) ?? null;
  const range = take("range", `one of ${STATS_RANGES.join(", ")}`, oneOf(STATS_RANGES));
  // What happens at this moment has happened.
  const to = take("to", TIME_FORM, instant) ?? now + 1;
  const from = take("from", TIME_FORM, instant) ?? Math.max(0, to - RANGES[range ?? "24h"]);
  const asked = take("step", `one of ${STEPS.join(", ")}`, oneOf(STEPS));
  if (text("range") !== undefined && (text("from") ?? text("to")) !== undefined) {
    blame("`range` does not go with `from` and `to`");
  }
  if (from >= to) blame("`from` must be before `to`, which is now if it is not given");

  const period = { from, to };
  const step = asked ?? chooseStep(period, now);
  if (!isTold(step, from, now)) {
    blame("`step` must be 1h or 1d where the period begins more than three hours ago");
  }
  if (countSteps(period, step) > MOST_POINTS) {
    blame(`the period has more than ${MOST_POINTS} steps: choose a longer \`step\` or a shorter period`);
  }
  const failure = judge();
  if (failure) return { kind: "invalid", failure };
  return { kind: "valid", query: { agent: text("agent"), by, period, step } };
}
