/**
 * Rate limits (SPEC 8): token buckets per agent, sliding windows per agent and provider and per provider. In memory; all
 * that apply must pass before any takes. Bounded by the agents and providers that there may be.
 */
import type { AgentName } from "../core/agent.ts";
import type { Instant, Millis } from "../core/duration.ts";
import type { SlidingLimit } from "../core/settings.ts";
import * as slidingWindow from "../core/sliding-window.ts";
import * as tokenBucket from "../core/token-bucket.ts";
import type { Index } from "../store/store.ts";
import { fitBuckets, type KeptBucket, rebuildBuckets } from "./buckets.ts";
import { createRings } from "./rings.ts";
import { type AgentTerms, toWindow } from "./terms.ts";

/** Whose limits a call is under. */
export interface Limited {
  readonly agent: AgentName;
  readonly terms: AgentTerms;
  readonly provider: string;
  /** The provider's own limit, over all agents. */
  readonly providerLimit: SlidingLimit | null;
}

/** How much one limit leaves. */
export interface Allowance {
  /** Calls that it lets through when it is fresh. */
  readonly limit: number;
  readonly remaining: number;
  /** How long until it is fresh again, if nobody calls; 0 when it is. */
  readonly resetIn: Millis;
}

export interface Limits {
  /** 0 when the call may pass, else how long until it may, if nobody else takes before. Takes nothing. */
  check(call: Limited, now: Instant): Millis;
  /** Takes the call's part of every limit: in the same turn as a `check` that said 0. */
  take(call: Limited, now: Instant): void;
  /** The one of the agent's own limits that leaves the fewest calls; null when it has none. Takes nothing. */
  tightest(agent: AgentName, terms: AgentTerms, providers: readonly string[], now: Instant): Allowance | null;
  /**
   * Makes the limits what they were before a restart, from when calls were let in: ascending, and all since `since`, which
   * must lie before everything that the limits look at.
   */
  restore(
    past: ReturnType<Index["admissions"]>,
    since: Instant,
    termsOf: (agent: AgentName) => AgentTerms,
    providerLimitOf: (provider: string) => SlidingLimit | null,
  ): void;
}

/** In whose name the admissions of all agents stand: no agent is called so. */
const EVERYBODY = "";

/** Nothing taken yet. `isKnown` tells the providers of the configuration in force from hosts that only calls have named. */
export function createLimits(isKnown: (provider: string) => boolean): Limits {
  const buckets = new Map<AgentName, readonly KeptBucket[]>();
  const rings = createRings(isKnown);
  /** Those of the providers' own limits. */
  const everybodys = createRings(isKnown);

  function bucketsOf({ buckets: rates }: AgentTerms, agent: AgentName, now: Instant): readonly KeptBucket[] {
    if (rates.length === 0) return [];
    const known = buckets.get(agent) ?? [];
    const fitting = fitBuckets(known, rates, now);
    if (fitting !== known) buckets.set(agent, fitting);
    return fitting;
  }

  return {
    check({ agent, terms, provider, providerLimit }, now) {
      const own = bucketsOf(terms, agent, now);
      let longest = 0;
      for (const [index, rate] of terms.buckets.entries()) {
        const bucket = own[index];
        if (bucket) longest = Math.max(longest, tokenBucket.check(rate, bucket, now));
      }
      const admissions = rings.find(agent, provider);
      for (const limit of terms.windows(provider)) {
        if (admissions) longest = Math.max(longest, slidingWindow.check(limit, admissions, now));
      }
      const others = providerLimit && everybodys.find(EVERYBODY, provider);
      return others ? Math.max(longest, slidingWindow.check(toWindow(providerLimit), others, now)) : longest;
    },
    take({ agent, terms, provider, providerLimit }, now) {
      const own = bucketsOf(terms, agent, now);
      for (const [index, rate] of terms.buckets.entries()) {
        const bucket = own[index];
        if (bucket) tokenBucket.take(rate, bucket, now);
      }
      rings.take(agent, provider, terms.windows(provider), now);
      if (providerLimit) everybodys.take(EVERYBODY, provider, [toWindow(providerLimit)], now);
    },
    tightest(agent, terms, providers, now) {
      const own = bucketsOf(terms, agent, now);
      const allowances = terms.buckets.map((rate, index) =>
        allowanceOf(tokenBucket, rate, rate.count, own[index] ?? tokenBucket.createBucket(rate, now), now),
      );
      for (const provider of providers) {
        const admissions = rings.find(agent, provider) ?? slidingWindow.createAdmissions();
        for (const limit of terms.windows(provider)) {
          allowances.push(allowanceOf(slidingWindow, limit, limit.max, admissions, now));
        }
      }
      return allowances.toSorted((one, other) => one.remaining - other.remaining)[0] ?? null;
    },
    restore(past, since, termsOf, providerLimitOf) {
      for (const [agent, calls] of Map.groupBy(past, (call) => call.agent)) {
        const terms = termsOf(agent);
        const times = calls.map(({ time }) => time);
        buckets.set(agent, rebuildBuckets(terms.buckets, times, since));
        for (const { provider, time } of calls) rings.take(agent, provider, terms.windows(provider), time);
      }
      for (const { provider, time } of past) {
        const limit = providerLimitOf(provider);
        if (limit) everybodys.take(EVERYBODY, provider, [toWindow(limit)], time);
      }
    },
  };
}

/** A limit of either kind as people see it: whole calls, and one at least when it is fresh. */
function allowanceOf<Limit, State>(
  law: {
    remaining(limit: Limit, state: State, now: Instant): number;
    resetIn(limit: Limit, state: State, now: Instant): Millis;
  },
  limit: Limit,
  count: number,
  state: State,
  now: Instant,
): Allowance {
  return {
    limit: Math.max(1, Math.floor(count)),
    remaining: law.remaining(limit, state, now),
    resetIn: law.resetIn(limit, state, now),
  };
}
