/**
 * Rate limits (SPEC 8): token buckets per agent, sliding windows per agent and provider and per provider. In memory; all
 * that apply must pass before any takes. Bounded by the agents and providers that there may be.
 */
import type { AgentName } from "../core/agent.ts";
import type { Instant, Millis } from "../core/duration.ts";
import type { SlidingLimit } from "../core/settings.ts";
import * as slidingWindow from "../core/sliding-window.ts";
import * as tokenBucket from "../core/token-bucket.ts";
import { type AgentTerms, toWindow } from "./terms.ts";

/** Whose limits a call is under. */
export interface Limited {
  readonly agent: AgentName;
  readonly terms: AgentTerms;
  readonly provider: string;
  /** The provider's own limit, over all agents. */
  readonly providerLimit: SlidingLimit | null;
}

export interface Limits {
  /** 0 when the call may pass, else how long until it may, if nobody else takes before. Changes nothing. */
  check(call: Limited, now: Instant): Millis;
  /** Takes the call's part of every limit: in the same turn as a `check` that said 0. */
  take(call: Limited, now: Instant): void;
}

/** Nothing taken yet. */
export function createLimits(): Limits {
  const buckets = new Map<AgentName, tokenBucket.Bucket[]>();
  /** By `agent/provider`, and by `/provider` for a provider's own. */
  const windows = new Map<string, slidingWindow.Admissions[]>();

  function bucketsOf({ agent, terms }: Limited, now: Instant): tokenBucket.Bucket[] {
    const known = buckets.get(agent);
    if (known && known.length >= terms.buckets.length) return known;
    const all = terms.buckets.map((rate, index) => known?.[index] ?? tokenBucket.createBucket(rate, now));
    buckets.set(agent, all);
    return all;
  }

  function windowsOf(key: string, count: number): slidingWindow.Admissions[] {
    const known = windows.get(key) ?? [];
    while (known.length < count) known.push(slidingWindow.createAdmissions());
    windows.set(key, known);
    return known;
  }

  /** Every limit of a call, as what it says and as what it takes. */
  function each(call: Limited, now: Instant, visit: (wait: () => Millis, take: () => void) => void): void {
    const { terms, provider, providerLimit } = call;
    if (terms.buckets.length > 0) {
      const own = bucketsOf(call, now);
      for (const [index, rate] of terms.buckets.entries()) {
        const bucket = own[index];
        if (!bucket) continue;
        visit(
          () => tokenBucket.check(rate, bucket, now),
          () => tokenBucket.take(rate, bucket, now),
        );
      }
    }
    const limits = terms.windows(provider);
    const own = limits.length > 0 ? windowsOf(`${call.agent}/${provider}`, limits.length) : [];
    for (const [index, limit] of limits.entries()) visitWindow(limit, own[index]);
    if (providerLimit) visitWindow(toWindow(providerLimit), windowsOf(`/${provider}`, 1)[0]);

    function visitWindow(
      limit: slidingWindow.WindowLimit,
      admissions: slidingWindow.Admissions | undefined,
    ): void {
      if (!admissions) return;
      visit(
        () => slidingWindow.check(limit, admissions, now),
        () => slidingWindow.take(limit, admissions, now),
      );
    }
  }

  return {
    check(call, now) {
      let longest = 0;
      each(call, now, (wait) => {
        longest = Math.max(longest, wait());
      });
      return longest;
    },
    take: (call, now) => each(call, now, (_, take) => take()),
  };
}
