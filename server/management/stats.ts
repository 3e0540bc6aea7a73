import { Elysia, t } from "elysia";
import type { ManagementContext } from "./context.ts";
import { answerFailure } from "./failure.ts";
import { readStats } from "./series.ts";
import { parseStatsQuery, STATS_BY, STATS_RANGES, type StatsBy, type StatsRange } from "./stats-query.ts";
import { STEPS } from "./steps.ts";
import type { StatsStep } from "./wire/records.ts";

const TEXT = t.Optional(t.String());

/** What clients may send, for their types; the values are judged by `parseStatsQuery`. */
const PARAMETERS = t.Object({
  agent: TEXT,
  by: t.Optional(t.Unsafe<StatsBy>(t.String({ enum: STATS_BY }))),
  range: t.Optional(t.Unsafe<StatsRange>(t.String({ enum: STATS_RANGES }))),
  from: TEXT,
  to: TEXT,
  step: t.Optional(t.Unsafe<StatsStep>(t.String({ enum: STEPS }))),
});

/** `GET /stats`: series for charts, in bounded numbers of points. */
export function statsRoutes({ now, store, settings }: ManagementContext) {
  return new Elysia().get(
    "/stats",
    ({ request, set }) => {
      const parsed = parseStatsQuery(new URL(request.url).searchParams, now());
      if (parsed.kind === "invalid") return answerFailure(parsed.failure, set);
      return readStats(store.index, parsed.query, settings().gateway.timezone, request.signal);
    },
    { query: PARAMETERS },
  );
}
