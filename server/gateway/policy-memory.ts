/** What is remembered about one agent from one evaluation of the policies to the next: a few values per rule. */
import type { Instant } from "../core/duration.ts";
import type { Bucket } from "../core/token-bucket.ts";
import type { Policy } from "./policies.ts";
import type { PolicyFacts } from "./policy-fields.ts";

export interface PolicyMemory {
  /** The rules that `rules` is about, in their order. */
  policies: readonly Policy[];
  rules: RuleMemory[];
  /** What the agent had done when a person last resumed it: for pauses only later calls count. */
  since: Counters | null;
}

export interface RuleMemory {
  /** The values that the condition last read, in the order of its `reads`, and what came of them. */
  readonly seen: unknown[];
  result: boolean;
  /** Why the condition could not be evaluated, or null. */
  failure: string | null;
  /** Whether the rule held at its last evaluation. */
  held: boolean;
  /** When the condition of a throttle was last true. */
  throttledAt: Instant;
  /** Nothing is told before. */
  quietUntil: Instant;
  bucket: Bucket | null;
}

/** An agent's lifetime figures. */
export interface Counters {
  readonly calls: number;
  readonly errors: number;
  /** USD. */
  readonly cost: number;
}

/** The same as conditions name them. */
export type Done = Pick<PolicyFacts, "call_count" | "error_count" | "total_cost">;

/** The memory of an agent about which nothing is known. */
export function createPolicyMemory(): PolicyMemory {
  return { policies: [], rules: [], since: null };
}

/** A person has resumed the agent, which had done this much: pauses start from here, and may fire again. */
export function forgive(memory: PolicyMemory, done: Done): void {
  memory.since = { calls: done.call_count, errors: done.error_count, cost: done.total_cost };
  for (const [index, { settings }] of memory.policies.entries()) {
    const rule = memory.rules[index];
    if (rule && settings.action === "pause") rule.held = false;
  }
}

/** Makes the memory one of these rules. A rule that says what it said before keeps its state; others start anew. */
export function align(memory: PolicyMemory, policies: readonly Policy[]): void {
  if (memory.policies === policies) return;
  const known = new Map(
    memory.policies.map((policy, index) => [keyOf(policy), memory.rules[index]] as const),
  );
  memory.rules = policies.map((policy) => known.get(keyOf(policy)) ?? createRuleMemory());
  memory.policies = policies;
}

function keyOf({ settings: { name, action, mode, condition } }: Policy): string {
  return JSON.stringify([name, action, mode, condition]);
}

function createRuleMemory(): RuleMemory {
  return {
    seen: [],
    result: false,
    failure: null,
    held: false,
    throttledAt: Number.NEGATIVE_INFINITY,
    quietUntil: 0,
    bucket: null,
  };
}

/** The facts without what happened before. An hour's share of what came since is at most all that came since. */
export function factsSince(facts: PolicyFacts, since: Counters): PolicyFacts {
  const calls = Math.max(0, facts.call_count - since.calls);
  const errors = Math.max(0, facts.error_count - since.errors);
  const cost = Math.max(0, facts.total_cost - since.cost);
  const callsThisHour = Math.min(facts.calls_this_hour, calls);
  const errorsThisHour = Math.min(Math.round(facts.error_rate * facts.calls_this_hour), errors);
  return {
    ...facts,
    call_count: calls,
    error_count: errors,
    total_cost: cost,
    calls_this_hour: callsThisHour,
    cost_this_hour: Math.min(facts.cost_this_hour, cost),
    cost_today: Math.min(facts.cost_today, cost),
    error_rate: callsThisHour === 0 ? 0 : errorsThisHour / callsThisHour,
  };
}

/** Whether the condition is true; evaluated only where something that it reads has changed. A failure is false. */
export function isTrue(policy: Policy, facts: PolicyFacts, rule: RuleMemory): boolean {
  const calls = policy.countsHour ? facts.calls_this_hour : facts.call_count;
  if (calls < policy.minCalls) {
    rule.failure = null;
    return false;
  }
  if (!hasChanged(policy, facts, rule)) return rule.result;
  rule.failure = null;
  try {
    rule.result = policy.condition.holds(facts);
  } catch (cause) {
    rule.result = false;
    rule.failure = describe(cause);
  }
  return rule.result;
}

/** Compares with what was seen, and sees. */
function hasChanged({ condition: { reads } }: Policy, facts: PolicyFacts, rule: RuleMemory): boolean {
  const { seen } = rule;
  let changed = seen.length !== reads.length || reads.length === 0;
  for (let index = 0; index < reads.length; index++) {
    const field = reads[index];
    const value = field && facts[field];
    if (seen[index] === value) continue;
    seen[index] = value;
    changed = true;
  }
  return changed;
}

/** The first line of the library's complaint; the others show the condition. */
function describe(cause: unknown): string {
  return cause instanceof Error ? (cause.message.split("\n")[0] ?? cause.name) : "unknown failure";
}
