/**
 * Conduct: what an agent does in an interval, beside what it usually does, and which of it is an anomaly (SPEC 11). Pure;
 * plain JSON; bounded by KNOWN_MODELS names.
 */
import type { Instant, Millis } from "./duration.ts";
import { type Habit, isUnusual, LEARNING, learn, NO_HABIT } from "./habit.ts";
import type { NanoUsd } from "./money.ts";

/** What each kind of anomaly costs, in points, at most once per interval. `docs/trust.md` is tested against it. */
export const LOSSES = {
  error_burst: 5,
  rate_anomaly: 5,
  cost_anomaly: 5,
  new_model: 3,
  owner_change: 10,
  refused_model: 5,
  loop: 10,
} as const satisfies Record<string, number>;

export type Loss = keyof typeof LOSSES;

/** So many errors of the agent's own in one interval, and at least half of its calls, are a burst. */
export const BURST_ERRORS = 5;

/** Models that are remembered as habit; the one unused for longest makes room. */
export const KNOWN_MODELS = 32;

/** A longer model name is nobody's habit and is not kept: names come from outside. */
export const LONGEST_MODEL_NAME = 128;

/** A call that has settled. */
export interface CallFact {
  readonly kind: "call";
  /** As the agent asked for it. */
  readonly model: string | null;
  /** Declared, else configured. */
  readonly owner: string | null;
  /** The upstream's status; null without one. */
  readonly status: number | null;
  /** Null when the price is unknown: such a call says nothing about cost. */
  readonly costNano: NanoUsd | null;
}

export interface Conduct {
  /** Calls in its life. */
  readonly calls: number;
  /** The one used last stands last. */
  readonly models: readonly string[];
  readonly owner: string | null;
  /** Calls per active interval. */
  readonly rate: Habit;
  /** Nano-dollars per call that cost anything. */
  readonly cost: Habit;
  readonly interval: Interval;
}

/** What has happened since the last tick. */
export interface Interval {
  readonly since: Instant;
  readonly length: Millis;
  readonly calls: number;
  /** Calls that the upstream answered with a status below 400. */
  readonly successes: number;
  readonly ownErrors: number;
  /** What has been charged for already. */
  readonly losses: readonly Loss[];
}

/** The conduct of an agent of which nothing is known yet. */
export function startConduct(length: Millis, now: Instant): Conduct {
  const interval = startInterval(length, now);
  return { calls: 0, models: [], owner: null, rate: NO_HABIT, cost: NO_HABIT, interval };
}

/** The conduct with one call more. */
export function addCall(conduct: Conduct, call: CallFact): Conduct {
  const { interval } = conduct;
  const { status, costNano } = call;
  return {
    calls: conduct.calls + 1,
    models: addModel(conduct.models, call.model),
    owner: call.owner ?? conduct.owner,
    rate: conduct.rate,
    cost: costNano !== null && costNano > 0 ? learn(conduct.cost, costNano) : conduct.cost,
    interval: {
      ...interval,
      calls: interval.calls + 1,
      successes: interval.successes + (status !== null && status < 400 ? 1 : 0),
      ownErrors: interval.ownErrors + (isOwnError(status) ? 1 : 0),
    },
  };
}

/** What of a call lies outside the conduct `before` it; `after` is `addCall` of the two. */
export function judgeCall(before: Conduct, after: Conduct, call: CallFact, now: Instant): Loss[] {
  const { model, owner, status, costNano } = call;
  const losses: Loss[] = [];
  if (isOwnError(status) && after.interval.ownErrors >= BURST_ERRORS && hasErredMostly(after.interval))
    losses.push("error_burst");
  if (isUnusual(before.rate, callsPerLength(after.interval, now))) losses.push("rate_anomaly");
  if (costNano !== null && isUnusual(before.cost, costNano)) losses.push("cost_anomaly");
  if (model !== null && before.calls >= LEARNING && !before.models.includes(model)) losses.push("new_model");
  if (owner !== null && before.owner !== null && owner !== before.owner) losses.push("owner_change");
  return losses;
}

/** Whether an interval is active, clean and ordinary: it deserves a point. */
export function isGood(interval: Interval): boolean {
  return interval.successes > 0 && interval.losses.length === 0 && !hasErredMostly(interval);
}

/**
 * The conduct at the beginning of a new interval of `length`. Idle ones teach nothing: an agent that works by bursts has
 * the rate of its bursts; nor do those that were not `watched` whole. Another length makes another rate: learnt anew.
 */
export function closeInterval(conduct: Conduct, watched: boolean, length: Millis, now: Instant): Conduct {
  const { interval } = conduct;
  let { rate } = conduct;
  if (interval.length !== length) rate = NO_HABIT;
  else if (watched && interval.calls > 0) rate = learn(rate, callsPerLength(interval, now));
  return { ...conduct, rate, interval: startInterval(length, now) };
}

function startInterval(length: Millis, now: Instant): Interval {
  return { since: now, length, calls: 0, successes: 0, ownErrors: 0, losses: [] };
}

/** A tick may come late, so the calls of a longer time are brought down to one length. */
function callsPerLength(interval: Interval, now: Instant): number {
  return (interval.calls * interval.length) / Math.max(interval.length, now - interval.since);
}

/** What the agent asked for wrongly. 402, 408 and 429 tell of the account and the provider, as does 5xx. */
function isOwnError(status: number | null): boolean {
  return (
    status !== null && status >= 400 && status < 500 && status !== 402 && status !== 408 && status !== 429
  );
}

function hasErredMostly(interval: Interval): boolean {
  return interval.ownErrors > 0 && interval.ownErrors * 2 >= interval.calls;
}

function addModel(models: readonly string[], model: string | null): readonly string[] {
  if (model === null || model === models.at(-1) || model.length > LONGEST_MODEL_NAME) return models;
  const others = models.filter((known) => known !== model);
  return [...others.slice(-(KNOWN_MODELS - 1)), model];
}
