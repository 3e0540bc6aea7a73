/** The fleet as the API shows it. Pure: state and instant in, answer out. */
import type { AgentName, Tally } from "../core/agent.ts";
import type { Instant } from "../core/duration.ts";
import { toUsd } from "../core/money.ts";
import { type AgentState, createAgent, type Fleet } from "../gateway/fleet.ts";
import { isIdle } from "../gateway/idle.ts";
import type { ManagementContext } from "./context.ts";
import { type Governing, viewGovernance } from "./governance.ts";
import type { AgentStatus, FleetTotals, GatewayStatus, StatusAnswer, Sums, Tokens } from "./wire/status.ts";

/** One agent's line. */
export function viewAgent(agent: AgentState, governing: Governing, now: Instant): AgentStatus {
  const { hour, day, total } = agent;
  const governance = viewGovernance(agent.name, governing, now);
  const configured = governing.setup().agent(agent.name);
  return {
    id: agent.name,
    status: governance.pause_reason !== null ? "paused" : isIdle(agent, now) ? "idle" : "active",
    // What a call declares is the agent's until the next one: what is configured is at once, and all the time.
    owner: configured.owner ?? agent.owner,
    purpose: configured.purpose ?? agent.purpose,
    tags: [...new Set([...configured.tags, ...agent.tags])],
    cost: { hour: toUsd(hour.costNano), day: toUsd(day.costNano), total: toUsd(total.costNano) },
    held: toUsd(agent.money.held),
    calls: { hour: hour.calls, day: day.calls, total: total.calls },
    errors: { hour: hour.errors, total: total.errors },
    error_rate: hour.calls === 0 ? null : hour.errors / hour.calls,
    tokens: { hour: viewTokens(hour), day: viewTokens(day), total: viewTokens(total) },
    unpriced_calls: total.unpriced,
    blocked: { hour: hour.blocked, total: total.blocked },
    in_flight: agent.inFlight,
    last_seen: agent.lastSeen === null ? null : new Date(agent.lastSeen).toISOString(),
    ...governance,
  };
}

/** An agent that has called or that the configuration names; null for any other name. */
export function findAgent({ fleet, setup }: ManagementContext, name: AgentName): AgentState | null {
  const known = fleet.agents.get(name);
  if (known || !setup().isNamed(name)) return known ?? null;
  return createAgent(name, null);
}

/** Every agent that `findAgent` finds, in the order of their names. */
export function listAgents(context: ManagementContext): AgentState[] {
  const named = Object.keys(context.settings().agents);
  const names = [...new Set([...context.fleet.agents.keys(), ...named])].sort();
  return names.map((name) => findAgent(context, name)).filter((agent) => agent !== null);
}

/** Sums over all agents and refused strangers. Money is added up in nano-dollars: no cent is lost on the way. */
export function viewTotals({ agents, strangers }: Pick<Fleet, "agents" | "strangers">): FleetTotals {
  const all = [...agents.values()];
  const sums = [strangers, ...all];
  return {
    hour: sum(sums.map((one) => one.hour)),
    day: sum(sums.map((one) => one.day)),
    total: sum(sums.map((one) => one.total)),
    in_flight: all.reduce((count, agent) => count + agent.inFlight, 0),
  };
}

/** The gateway's own line. */
export function viewGateway(context: ManagementContext, now: Instant): GatewayStatus {
  const { degraded, warnings } = context.health();
  return {
    version: context.version,
    url: context.gatewayUrl(),
    uptime_ms: now - context.startedAt,
    degraded,
    warnings,
  };
}

/** Everything that `GET /api/status` says, agents in the order of their names. */
export function viewStatus(context: ManagementContext, now: Instant): StatusAnswer {
  context.fleet.turn(now);
  return {
    gateway: viewGateway(context, now),
    agents: listAgents(context).map((agent) => viewAgent(agent, context, now)),
    totals: viewTotals(context.fleet),
  };
}

function viewTokens(tally: Tally): Tokens {
  return { in: tally.tokensIn, out: tally.tokensOut };
}

function sum(tallies: readonly Tally[]): Sums {
  const add = (pick: (tally: Tally) => number) => tallies.reduce((total, tally) => total + pick(tally), 0);
  return {
    calls: add((tally) => tally.calls),
    errors: add((tally) => tally.errors),
    blocked: add((tally) => tally.blocked),
    tokens_in: add((tally) => tally.tokensIn),
    tokens_out: add((tally) => tally.tokensOut),
    cost: toUsd(add((tally) => tally.costNano)),
  };
}
