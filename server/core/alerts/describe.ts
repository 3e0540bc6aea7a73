/** What a notice says, as one sentence without markup: who, what, and the figures. Pure. */
import type { AgentName } from "../agent.ts";
import type { Millis } from "../duration.ts";
import { toUsd } from "../money.ts";
import type { Fact, NoticeKind } from "./notice.ts";

const BUDGETS = { hour: "hourly budget", day: "daily budget", total: "total budget" } as const;

/** What happened to a policy's agent, by the journal's event. */
const POLICY_EVENTS: ReadonlyMap<string, string> = new Map([
  ["policy.paused", "paused"],
  ["policy.throttled", "throttled"],
  ["policy.alerted", "reported"],
]);

/** The sentence of a notice about this agent (null: about all of them). */
export function describe(fact: Fact, kind: Exclude<NoticeKind, "test">, agent: AgentName | null): string {
  if (kind === "recovered" && fact.type !== "loop" && fact.type !== "policy") {
    return describeEnd(fact, nameOf(agent));
  }
  return `${kind === "repeated" ? "Still: " : ""}${describeRaised(fact, agent)}`;
}

function nameOf(agent: AgentName | null): string {
  return agent ?? "all agents";
}

/** The sentence of an alert that is raised. */
export function describeRaised(fact: Fact, agent: AgentName | null): string {
  const who = nameOf(agent);
  switch (fact.type) {
    case "budget":
      return `${who} has spent ${share(fact.spent, fact.cap)} of its ${BUDGETS[fact.window]}: ${usd(fact.spent)} of ${usd(fact.cap)} USD.`;
    case "error_rate":
      return `${fact.errors} of ${who}'s last ${fact.calls} calls failed within ${span(fact.window)}.`;
    case "agent_down":
      return `${who} has not been heard of since ${new Date(fact.lastSeen).toISOString()}.`;
    case "breaker_open":
      return `The breaker of ${who} towards ${fact.provider} is open: its calls are refused.`;
    case "trust_drop":
      return `The trust of ${who} fell from ${fact.from} to ${fact.to} (score ${fact.score}).`;
    case "loop":
      return `${who} repeats itself: at least ${fact.threshold} of its last ${fact.window} requests are alike.`;
    case "policy":
      return `The policy ${fact.policy} ${POLICY_EVENTS.get(fact.event) ?? "reported"} ${who}.`;
    case "blocked_burst":
      return `${fact.count} calls of ${who} were refused within ${span(fact.window)}.`;
  }
}

/** Moments have no end. */
type Lasting = Exclude<Fact, { readonly type: "loop" | "policy" }>;

function describeEnd(fact: Lasting, who: string): string {
  switch (fact.type) {
    case "budget":
      return `${who} is under ${fact.percent}% of its ${BUDGETS[fact.window]} again: ${usd(fact.spent)}${fact.cap === null ? " USD, and no cap" : ` of ${usd(fact.cap)} USD`}.`;
    case "error_rate":
      return `The error rate of ${who} is back to normal: ${fact.errors} of ${fact.calls} calls failed within ${span(fact.window)}.`;
    case "agent_down":
      return `${who} is heard of again.`;
    case "breaker_open":
      return `The breaker of ${who} towards ${fact.provider} is closed again.`;
    case "trust_drop":
      return `The trust of ${who} rose from ${fact.from} to ${fact.to} (score ${fact.score}).`;
    case "blocked_burst":
      return `The refusals of ${who} are over: ${fact.count} within ${span(fact.window)}.`;
  }
}

function share(spent: number, cap: number | null): string {
  return cap === null || cap === 0 ? "all" : `${Math.floor((spent / cap) * 100)}%`;
}

function usd(nano: number | null): string {
  return nano === null ? "no" : toUsd(nano).toFixed(nano < 10_000_000 && nano > 0 ? 6 : 2);
}

function span(window: Millis): string {
  return window % 60_000 === 0 ? `${window / 60_000} min` : `${window / 1_000} s`;
}
