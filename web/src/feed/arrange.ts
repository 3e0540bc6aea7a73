/** Which agents the table shows, and in which order. */
import type { AgentStatus, Windows } from "../../../server/management/wire.ts";
import { isCostUnknown } from "../format.ts";

/** Each column that can be sorted by, with the figure or text that decides; null where it is unknown. */
const KEYS = {
  agent: (agent: AgentStatus) => agent.id.toLowerCase(),
  status: (agent: AgentStatus) => agent.in_flight * 2 + (agent.status === "active" ? 1 : 0),
  calls: (agent: AgentStatus) => agent.calls.day,
  tokens_in: (agent: AgentStatus) => agent.tokens.day.in,
  tokens_out: (agent: AgentStatus) => agent.tokens.day.out,
  cost_hour: (agent: AgentStatus) => knownCost(agent, "hour"),
  cost_day: (agent: AgentStatus) => knownCost(agent, "day"),
  cost_total: (agent: AgentStatus) => knownCost(agent, "total"),
  errors: (agent: AgentStatus) => agent.errors.hour,
  error_rate: (agent: AgentStatus) => agent.error_rate ?? -1,
  last_seen: (agent: AgentStatus) => (agent.last_seen ? Date.parse(agent.last_seen) : 0),
};

type Key = number | string | null;

export type SortKey = keyof typeof KEYS;

export interface Order {
  readonly key: SortKey;
  readonly descending: boolean;
}

/** What a click on a column's head asks for: the other way round, or the new column the way it is read best. */
export function chooseOrder(order: Order, key: SortKey): Order {
  return { key, descending: order.key === key ? !order.descending : key !== "agent" };
}

/**
 * The agents that match every word of the filter (name, owner, purpose, tag, status), sorted; equals by
 * name, and after all others those of which the figure is unknown, whichever way the sorting goes.
 */
export function arrangeAgents<Agent extends AgentStatus>(
  agents: readonly Agent[],
  filter: string,
  order: Order,
): Agent[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const direction = order.descending ? -1 : 1;
  const key = KEYS[order.key];
  return agents
    .filter((agent) => {
      const text = describe(agent);
      return words.every((word) => text.includes(word));
    })
    .sort((a, b) => compareKnown(key(a), key(b), direction) || compare(KEYS.agent(a), KEYS.agent(b)));
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

function compareKnown(a: Key, b: Key, direction: number): number {
  if (a === null || b === null) return compare(Number(a === null), Number(b === null));
  return direction * compare(a, b);
}

function compare(a: number | string, b: number | string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
