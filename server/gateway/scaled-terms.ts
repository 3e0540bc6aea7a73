/**
 * An agent's terms under its tier of trust (SPEC 11): its rates and its quotas times a factor. Money, request caps and
 * providers' own limits stay as they are.
 */
import type { QuotaSettings } from "../core/settings.ts";
import type { WindowLimit } from "../core/sliding-window.ts";
import type { AgentTerms } from "./terms.ts";

/** The terms times `limitFactor`: the very same object for 1, and for any other factor the same one each time. */
export type ScaleTerms = (terms: AgentTerms, factor: number) => AgentTerms;

/** Remembers what it has scaled for as long as the terms live: until the configuration is replaced. */
export function createScaling(): ScaleTerms {
  const known = new WeakMap<AgentTerms, Map<number, AgentTerms>>();

  return (terms, factor) => {
    if (factor === 1) return terms;
    const byFactor = known.get(terms) ?? new Map<number, AgentTerms>();
    const scaled = byFactor.get(factor) ?? scale(terms, factor);
    known.set(terms, byFactor.set(factor, scaled));
    return scaled;
  };
}

/** A share of a call passes more slowly: buckets and windows know what to do with fractions. */
function scale(terms: AgentTerms, factor: number): AgentTerms {
  const scaledWindows = new Map<readonly WindowLimit[], readonly WindowLimit[]>();
  return {
    ...terms,
    buckets: terms.buckets.map(({ count, per }) => ({ count: count * factor, per })),
    quota: scaleQuota(terms.quota, factor),
    windows(provider) {
      const windows = terms.windows(provider);
      const scaled =
        scaledWindows.get(windows) ?? windows.map(({ max, window }) => ({ max: max * factor, window }));
      scaledWindows.set(windows, scaled);
      return scaled;
    },
  };
}

function scaleQuota(quota: QuotaSettings, factor: number): QuotaSettings {
  return {
    ...quota,
    requests_per_hour: scaleCount(quota.requests_per_hour, factor),
    requests_per_day: scaleCount(quota.requests_per_day, factor),
    tokens_per_hour: scaleCount(quota.tokens_per_hour, factor),
    tokens_per_day: scaleCount(quota.tokens_per_day, factor),
  };
}

/** A quota of one is not halved to none: that would be a pause, which trust alone does not decide. */
function scaleCount(count: number | null, factor: number): number | null {
  return count === null || count < 1 ? count : Math.max(1, Math.floor(count * factor));
}
