/**
 * Policies: rules over the state of an agent (SPEC 10). They are compiled once, evaluated before a call is forwarded and
 * reviewed after it has settled, over a memory that each agent has. Deciding is separate from taking: a throttled call
 * takes its place by `takeThrottles` (policy-throttles.ts) in the turn in which it takes everything.
 */
import type { Instant, Millis } from "../core/duration.ts";
import type { ConditionFault, PolicySettings } from "../core/settings.ts";
import { createBucket } from "../core/token-bucket.ts";
import { type Condition, compileCondition } from "./condition.ts";
import type { PolicyFacts } from "./policy-fields.ts";
import { align, factsSince, isTrue, type PolicyMemory, type RuleMemory } from "./policy-memory.ts";

/** A rule that is ready to be evaluated. */
export interface Policy {
  readonly settings: PolicySettings;
  readonly condition: Condition;
  /** Calls before the condition counts. */
  readonly minCalls: number;
  /** Whether those are the calls of the current hour, because the condition reads the hour's figures. */
  readonly countsHour: boolean;
}

export interface PolicyProblem extends ConditionFault {
  /** The name of the rule. */
  readonly rule: string;
}

/** What a rule has brought about, once, to be acted on and written down. */
export type PolicyEffect =
  /** `until` null: until a person resumes the agent. */
  | { readonly kind: "pause"; readonly rule: string; readonly until: Instant | null }
  | { readonly kind: "alert"; readonly rule: string }
  /** The throttle begins to hold; told once a minute at most. */
  | { readonly kind: "throttle"; readonly rule: string }
  /** What a rule in shadow mode would have done; told once a minute at most. */
  | { readonly kind: "shadow"; readonly rule: string; readonly action: PolicySettings["action"] }
  /** The condition could not be evaluated, which counts as false. */
  | { readonly kind: "error"; readonly rule: string; readonly message: string };

export interface PolicyVerdict {
  /** The first rule that denies this call, or null. */
  readonly denied: Policy | null;
  /** Throttles that hold now. */
  readonly throttles: readonly Throttle[];
  readonly effects: readonly PolicyEffect[];
}

/** A throttle together with the bucket of the agent. */
export interface Throttle {
  readonly policy: Policy;
  readonly memory: RuleMemory;
}

/** Beneath this many calls a share of failed ones says nothing. */
const LEAST_FOR_A_RATE = 10;
/** What would be recorded at every call is recorded this often at most, per rule and agent. */
const RECORD_GAP: Millis = 60_000;

/** The verdict of no rules. */
export const PASS: PolicyVerdict = { denied: null, throttles: [], effects: [] };

/** Compiles every rule, or says what is wrong with each that cannot be. */
export function compilePolicies(
  all: readonly PolicySettings[],
): { readonly policies: readonly Policy[] } | { readonly problems: readonly PolicyProblem[] } {
  const policies: Policy[] = [];
  const problems: PolicyProblem[] = [];
  for (const settings of all) {
    const condition = compileCondition(settings.condition);
    if (!("holds" in condition)) {
      problems.push({ rule: settings.name, ...condition });
      continue;
    }
    const minCalls =
      settings.params.min_calls ?? (condition.reads.includes("error_rate") ? LEAST_FOR_A_RATE : 0);
    const countsHour = condition.reads.some(
      (field) => field === "error_rate" || field.endsWith("_this_hour"),
    );
    policies.push({ settings, condition, minCalls, countsHour });
  }
  return problems.length > 0 ? { problems } : { policies };
}

/**
 * What the rules say about an agent and the call at hand. Notes in `memory` what has begun and what was told, so that it is
 * told once; evaluating again at the same instant brings nothing new. Never throws: a condition that fails is false.
 */
export function evaluatePolicies(
  policies: readonly Policy[],
  facts: PolicyFacts,
  now: Instant,
  memory: PolicyMemory,
): PolicyVerdict {
  if (policies.length === 0) return PASS;
  align(memory, policies);
  const sinceResume = memory.since === null ? facts : factsSince(facts, memory.since);
  let denied: Policy | null = null;
  let throttles: Throttle[] | null = null;
  let effects: PolicyEffect[] | null = null;
  for (let index = 0; index < policies.length; index++) {
    const policy = policies[index];
    const rule = memory.rules[index];
    if (!policy || !rule) continue;
    const { action, mode } = policy.settings;
    const effect = evaluate(policy, action === "pause" ? sinceResume : facts, rule, now);
    if (effect) effects = [...(effects ?? []), effect];
    if (mode === "shadow") continue;
    if (action === "deny" && rule.held) denied ??= policy;
    if (action === "throttle" && (rule.held || isHolding(policy, rule, now))) {
      throttles = [...(throttles ?? []), { policy, memory: rule }];
    }
  }
  if (denied === null && throttles === null && effects === null) return PASS;
  return { denied, throttles: throttles ?? PASS.throttles, effects: effects ?? PASS.effects };
}

/**
 * What the rules bring about now that a call has settled. As `evaluatePolicies`, but for the rules that deny: no call is
 * there to be denied, and none would have been.
 */
export function reviewPolicies(
  policies: readonly Policy[],
  facts: PolicyFacts,
  now: Instant,
  memory: PolicyMemory,
): readonly PolicyEffect[] {
  align(memory, policies);
  const sinceResume = memory.since === null ? facts : factsSince(facts, memory.since);
  const effects: PolicyEffect[] = [];
  for (const [index, policy] of policies.entries()) {
    const rule = memory.rules[index];
    const { action } = policy.settings;
    if (!rule || action === "deny") continue;
    const effect = evaluate(policy, action === "pause" ? sinceResume : facts, rule, now);
    if (effect) effects.push(effect);
  }
  return effects;
}

/** Evaluates one rule; whether it holds is in `rule.held` then. */
function evaluate(policy: Policy, facts: PolicyFacts, rule: RuleMemory, now: Instant): PolicyEffect | null {
  const holds = isTrue(policy, facts, rule);
  return rule.failure === null ? act(policy, holds, rule, now) : recordFailure(policy, rule, now);
}

/** Whether a throttle holds on after its condition has ended. A clock that was set back counts as time passed. */
function isHolding({ settings: { params } }: Policy, { throttledAt }: RuleMemory, now: Instant): boolean {
  return Math.abs(now - throttledAt) < params.hold_seconds * 1_000;
}

/** Further ahead than any rule is quiet, the instant is from before the clock was set back. */
function isQuiet({ settings: { params } }: Policy, { quietUntil }: RuleMemory, now: Instant): boolean {
  return now < quietUntil && quietUntil - now <= Math.max(params.cooldown, RECORD_GAP);
}

/** What a rule does now that its condition is true or false; null when there is nothing to tell. */
function act(policy: Policy, holds: boolean, rule: RuleMemory, now: Instant): PolicyEffect | null {
  const { action, mode, name, params } = policy.settings;
  const begins = !rule.held && !isHolding(policy, rule, now);
  rule.held = holds;
  if (!holds) return null;
  if (action === "throttle") {
    // One bucket for good: a condition that comes and goes must not fill it anew.
    if (params.rate) rule.bucket ??= createBucket(params.rate, now);
    rule.throttledAt = now;
  }
  if ((action === "pause" || action === "throttle") && !begins) return null;
  if (mode === "enforce") {
    if (action === "deny") return null;
    // A pause acts by being told: nothing keeps it quiet.
    const until = params.duration === null ? null : now + params.duration;
    if (action === "pause") return { kind: "pause", rule: name, until };
  }
  if (isQuiet(policy, rule, now)) return null;
  rule.quietUntil = now + (action === "alert" ? params.cooldown : RECORD_GAP);
  if (mode === "shadow") return { kind: "shadow", rule: name, action };
  return { kind: action === "throttle" ? "throttle" : "alert", rule: name };
}

function recordFailure(policy: Policy, rule: RuleMemory, now: Instant): PolicyEffect | null {
  rule.held = false;
  if (isQuiet(policy, rule, now) || rule.failure === null) return null;
  rule.quietUntil = now + RECORD_GAP;
  return { kind: "error", rule: policy.settings.name, message: rule.failure };
}
