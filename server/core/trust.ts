/**
 * Trust (SPEC 11): a score that an agent's behaviour moves, slowly up and at once down. `observe` takes in what the
 * agent does and can only lower it; `tick` closes an interval and lets a good one earn a point. Pure; the state is plain
 * JSON of a few KiB at most.
 */
import {
  addCall,
  type CallFact,
  type Conduct,
  closeInterval,
  isGood,
  judgeCall,
  LOSSES,
  type Loss,
  startConduct,
} from "./conduct.ts";
import type { Instant, Millis } from "./duration.ts";
import { fall, rise, type Tier } from "./trust-tier.ts";

/** Highest score; the lowest is 0. */
export const HIGHEST_SCORE = 100;

/** What a promotion needs beside its score, counted since the last change of tier. */
export const PROMOTION: { readonly calls: number; readonly age: Millis } = { calls: 100, age: 86_400_000 };

/** What is in force for one agent. */
export interface TrustTerms {
  readonly enabled: boolean;
  readonly interval: Millis;
  /** Whether an agent below the restricted tier is quarantined. */
  readonly quarantine: boolean;
  /** The tier that a person has decided on. The score moves on beneath it. */
  readonly pin: Tier | null;
}

/** One agent's standing and conduct. */
export interface TrustState {
  /** Whole points from 0 to 100. */
  readonly score: number;
  readonly tier: Tier;
  /** When the agent came into its tier, and its lifetime calls by then. */
  readonly entered: { readonly at: Instant; readonly calls: number };
  /** Kinds of losses since then, each once. */
  readonly losses: readonly Loss[];
  readonly conduct: Conduct;
}

/** What an agent did: a settled call, an attempt at a model that it may not use, requests that repeat themselves. */
export type Fact = CallFact | { readonly kind: "refused_model" } | { readonly kind: "loop" };

/** Why a tier changed: the losses that led to a fall, good conduct, a person's pin, or settings that changed. */
export type TierReason = Loss | "conduct" | "pinned" | "settings";

/** For the journal and for alerts. The point that a good interval earns is none. */
export type TrustEvent =
  | { readonly event: "trust.lost"; readonly reason: Loss; readonly points: number; readonly score: number }
  | {
      readonly event: "trust.changed";
      readonly from: Tier;
      readonly to: Tier;
      readonly reasons: readonly TierReason[];
      readonly score: number;
    };

export interface TrustStep {
  readonly state: TrustState;
  readonly events: readonly TrustEvent[];
}

const NO_EVENTS: readonly TrustEvent[] = [];

/** The trust of an agent seen for the first time: `initial` points (0-100), and never a tier above baseline. */
export function createTrust(initial: number, terms: TrustTerms, now: Instant): TrustState {
  return {
    score: initial,
    tier: fall("baseline", initial, terms.quarantine),
    entered: { at: now, calls: 0 },
    losses: [],
    conduct: startConduct(terms.interval, now),
  };
}

/** The tier that counts at this moment: changed settings and pins act at once, their event comes with the next tick. */
export function tierInForce(state: TrustState, terms: TrustTerms): Tier {
  if (!terms.enabled) return "baseline";
  if (terms.pin !== null) return terms.pin;
  return state.tier === "quarantined" && !terms.quarantine ? "restricted" : state.tier;
}

/** Takes in what an agent did. Never raises the score or the tier. */
export function observe(state: TrustState, fact: Fact, now: Instant, terms: TrustTerms): TrustStep {
  if (!terms.enabled) return { state, events: NO_EVENTS };
  if (fact.kind !== "call") return lose(state, [fact.kind], now, terms);
  const conduct = addCall(state.conduct, fact);
  return lose({ ...state, conduct }, judgeCall(state.conduct, conduct, fact, now), now, terms);
}

/**
 * Closes the interval; to be called once in each. Called too early it changes nothing. An interval that was not watched
 * whole (the machine slept, the gateway was down, the clock was set) earns and teaches nothing.
 */
export function tick(state: TrustState, now: Instant, terms: TrustTerms): TrustStep {
  const { interval } = state.conduct;
  const elapsed = now - interval.since;
  const isEarly = elapsed >= 0 && elapsed < terms.interval / 2;
  if (!terms.enabled || isEarly) return { state, events: NO_EVENTS };
  const watched = elapsed >= 0 && elapsed <= terms.interval * 2;
  const score = watched && isGood(interval) ? Math.min(state.score + 1, HIGHEST_SCORE) : state.score;
  const conduct = closeInterval(state.conduct, watched, terms.interval, now);
  return settleTier({ ...state, score, conduct }, now, terms);
}

/** Takes the points of every loss that this interval has not had yet. */
function lose(state: TrustState, losses: readonly Loss[], now: Instant, terms: TrustTerms): TrustStep {
  const { interval } = state.conduct;
  const fresh = losses.filter((loss) => !interval.losses.includes(loss));
  if (fresh.length === 0) return { state, events: NO_EVENTS };
  const events: TrustEvent[] = [];
  let { score } = state;
  for (const reason of fresh) {
    score = Math.max(0, score - LOSSES[reason]);
    events.push({ event: "trust.lost", reason, points: LOSSES[reason], score });
  }
  const conduct = { ...state.conduct, interval: { ...interval, losses: [...interval.losses, ...fresh] } };
  const kinds = [...state.losses, ...fresh.filter((loss) => !state.losses.includes(loss))];
  const tier = terms.pin === null ? fall(state.tier, score, terms.quarantine) : state.tier;
  const step = changeTier({ ...state, score, losses: kinds, conduct }, tier, kinds, now);
  return { state: step.state, events: [...events, ...step.events] };
}

/** Follows a pin; falls where the settings say so now; else rises where that is earned. */
function settleTier(state: TrustState, now: Instant, terms: TrustTerms): TrustStep {
  if (terms.pin !== null) return changeTier(state, terms.pin, ["pinned"], now);
  const { entered, conduct, tier, score } = state;
  const allowed = fall(tierInForce(state, terms), score, terms.quarantine);
  if (allowed !== tier) return changeTier(state, allowed, ["settings"], now);
  const isEarned = conduct.calls - entered.calls >= PROMOTION.calls && now - entered.at >= PROMOTION.age;
  return changeTier(state, isEarned ? rise(tier, score) : tier, ["conduct"], now);
}

function changeTier(state: TrustState, to: Tier, reasons: readonly TierReason[], now: Instant): TrustStep {
  const { tier: from, score, conduct } = state;
  if (to === from) return { state, events: NO_EVENTS };
  return {
    state: { ...state, tier: to, entered: { at: now, calls: conduct.calls }, losses: [] },
    events: [{ event: "trust.changed", from, to, reasons, score }],
  };
}
