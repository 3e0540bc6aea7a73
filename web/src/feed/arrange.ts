/** Which agents the table shows, and in which order. */
import type { AgentStatus, Windows } from "../../../server/management/wire/status.ts";
import { isCostUnknown } from "../format.ts";
import { findTightest, usedShare } from "./budgets.ts";

/** What an agent's status can be sorted by, with the figure or text that decides; null where it is unknown. */
const KEYS = {
  agent: (agent: AgentStatus) => agent.id.toLowerCase(),
  // Paused agents lead: they are what a person came for.
  status: (agent: AgentStatus) =>
    agent.status === "paused" ? Number.MAX_VALUE : agent.in_flight * 2 + (agent.status === "active" ? 1 : 0),
  calls: (agent: AgentStatus) => agent.calls.day,
  tokens: (agent: AgentStatus) => agent.tokens.day.in + agent.tokens.day.out,
  cost_hour: (agent: AgentStatus) => knownCost(agent, "hour"),
  cost_day: (agent: AgentStatus) => knownCost(agent, "day"),
  cost_total: (agent: AgentStatus) => knownCost(agent, "total"),
  budget: (agent: AgentStatus) => budgetShare(agent),
  rate: (agent: AgentStatus) => agent.rate_limit && agent.rate_limit.remaining / agent.rate_limit.limit,
  errors: (agent: AgentStatus) => agent.errors.hour,
  blocked: (agent: AgentStatus) => agent.blocked.hour,
  error_rate: (agent: AgentStatus) => agent.error_rate ?? -1,
  trust: (agent: AgentStatus) => agent.trust?.score ?? null,
  last_seen: (agent: AgentStatus) => (agent.last_seen ? Date.parse(agent.last_seen) : 0),
};

/** Sorted by for the first time, these begin at their smallest: there is what needs a look. */
const SMALLEST_FIRST: ReadonlySet<SortKey> = new Set(["agent", "rate", "trust"]);

type Key = number | string | null;

/** `pace`: what the agent spends a minute, which no status tells. */
export type SortKey = keyof typeof KEYS | "pace";

export interface Order {
  readonly key: SortKey;
  readonly descending: boolean;
}

/** What a click on a column's head asks for: the other way round, or the new column the way it is read best. */
export function chooseOrder(order: Order, key: SortKey): Order {
  return order.key === key ? { key, descending: !order.descending } : beginOrder(key);
}

/** A column the way it is read best. */
export function beginOrder(key: SortKey): Order {
  return { key, descending: !SMALLEST_FIRST.has(key) };
}

/**
 * The agents that match every word of the filter (name, owner, purpose, tag, status), sorted; equals by
 * name, and after all others those of which the figure is unknown, whichever way the sorting goes. `paceOf`: USD that an
 * agent spends a minute.
 */
export function arrangeAgents<Agent extends AgentStatus>(
  agents: readonly Agent[],
  filter: string,
  order: Order,
  paceOf: (agent: Agent) => number,
): Agent[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const direction = order.descending ? -1 : 1;
  const keyOf: (agent: Agent) => Key = order.key === "pace" ? paceOf : KEYS[order.key];
  // Each key is read once: hundreds of agents are arranged anew each second.
  return agents
    .filter((agent) => words.length === 0 || matches(agent, words))
    .map((agent) => ({ agent, name: KEYS.agent(agent), key: keyOf(agent) }))
    .sort((a, b) => compareKnown(a.key, b.key, direction) || compare(a.name, b.name))
    .map(({ agent }) => agent);
}

/** The same agents, those that were there before in the places that they had, new ones last. */
export function keepPlaces<Agent extends AgentStatus>(
  agents: readonly Agent[],
  before: readonly AgentStatus[],
): Agent[] {
  const places = new Map(before.map((agent, place) => [agent.id, place]));
  const place = (agent: Agent) => places.get(agent.id) ?? before.length;
  return agents.toSorted((a, b) => place(a) - place(b));
}

function matches(agent: AgentStatus, words: readonly string[]): boolean {
  const text = describe(agent);
  return words.every((word) => text.includes(word));
}

function describe(agent: AgentStatus): string {
  const flight = agent.in_flight > 0 ? "in flight" : "";
  return [agent.id, agent.owner, agent.purpose, ...agent.tags, agent.status, flight]
    .filter(Boolean)
    .join(" ")
    .toLowerCase();
}

function knownCost(
  { cost, calls, unpriced_calls }: AgentStatus,
  window: keyof Windows<number>,
): number | null {
  return isCostUnknown(cost[window], calls[window], unpriced_calls) ? null : cost[window];
}

function budgetShare(agent: AgentStatus): number | null {
  const tightest = findTightest(agent);
  return tightest && usedShare(tightest);
}

function compareKnown(a: Key, b: Key, direction: number): number {
  if (a === null || b === null) return compare(Number(a === null), Number(b === null));
  return direction * compare(a, b);
}

function compare(a: number | string, b: number | string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
