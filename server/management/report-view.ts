/** Reports as the API tells them. Pure. */
import type { Tally } from "../core/agent.ts";
import { type NanoUsd, toUsd } from "../core/money.ts";
import { type Latencies, percentile } from "../store/latencies.ts";
import { compareTallies, type Group } from "./breakdown.ts";
import type { Report } from "./report.ts";
import type { LatencyFigures, ReportAnswer, ReportSums } from "./wire/records.ts";

const TOP_MODELS = 3;

/** The answer of `GET /api/reports`. */
export function viewReport({
  by,
  filter,
  period,
  timezone,
  knownFrom,
  madeAt,
  groups,
  total,
}: Report): ReportAnswer {
  return {
    by,
    from: new Date(period.from).toISOString(),
    to: new Date(period.to).toISOString(),
    timezone,
    known_from: knownFrom === null ? null : new Date(knownFrom).toISOString(),
    made_at: new Date(madeAt).toISOString(),
    filters: {
      agent: filter.agent ?? null,
      owner: filter.owner ?? null,
      purpose: filter.purpose ?? null,
    },
    rows: groups.map((group) => ({ key: group.key || null, ...viewGroup(group) })),
    total: viewGroup(total),
  };
}

/** What calls cost as far as it is known; null when no price was. */
export function knownCost({ calls, costNano, unpriced }: Tally): NanoUsd | null {
  return calls > 0 && unpriced === calls ? null : costNano;
}

/** How long calls took. */
export function viewLatencies(latencies: Latencies): LatencyFigures {
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => percentile(latencies, share));
  return { p50: p50 ?? null, p95: p95 ?? null, p99: p99 ?? null };
}

/** The models that cost the most, the dearest first. */
export function listTopModels({ models }: Pick<Group, "models">): [model: string, tally: Tally][] {
  return [...models].sort(([, one], [, other]) => compareTallies(one, other)).slice(0, TOP_MODELS);
}

function viewGroup(group: Group): ReportSums {
  const { tally, latencies } = group;
  return {
    calls: tally.calls,
    errors: tally.errors,
    refusals: tally.blocked,
    tokens_in: tally.tokensIn,
    tokens_out: tally.tokensOut,
    cost: toUsdOrNull(knownCost(tally)),
    unpriced: tally.unpriced,
    latency_ms: viewLatencies(latencies),
    top_models: listTopModels(group).map(([model, sum]) => ({
      model: model || null,
      calls: sum.calls,
      cost: toUsdOrNull(knownCost(sum)),
      unpriced: sum.unpriced,
    })),
  };
}

function toUsdOrNull(nano: NanoUsd | null): number | null {
  return nano === null ? null : toUsd(nano);
}
