/** What the management API might say, for tests: one agent, the sums, one line of the log. */
import type { AgentStatus, FleetTotals, Sums } from "../../server/management/wire/status.ts";
import { LOG_FIELDS, type LogEntry } from "../../server/store/store.ts";

/** An agent that has not called yet, but for the given members. */
export function agentStatus(id: string, members: Partial<AgentStatus> = {}): AgentStatus {
  const nothing = { hour: 0, day: 0, total: 0 };
  const tokens = { in: 0, out: 0 };
  return {
    id,
    status: "active",
    pause_reason: null,
    pause_detail: null,
    pause_since: null,
    pause_until: null,
    owner: null,
    purpose: null,
    tags: [],
    cost: nothing,
    held: 0,
    budget: {
      max_cost_per_hour: null,
      max_cost_per_day: null,
      max_cost_total: null,
      max_cost_per_request: null,
    },
    calls: nothing,
    errors: { hour: 0, total: 0 },
    error_rate: null,
    tokens: { hour: tokens, day: tokens, total: tokens },
    unpriced_calls: 0,
    blocked: { hour: 0, total: 0 },
    rate_limit: null,
    breakers: [],
    trust: { score: 50, tier: "baseline", pinned: false },
    priority: "normal",
    in_flight: 0,
    last_seen: null,
    ...members,
  };
}

/** Sums of nothing, but for the given members in every window. */
export function fleetTotals(members: Partial<Sums> = {}): FleetTotals {
  const sums = { calls: 0, errors: 0, blocked: 0, tokens_in: 0, tokens_out: 0, cost: 0, ...members };
  return { hour: sums, day: sums, total: sums, in_flight: 0 };
}

/** A line of the log that says nothing but its place. */
export function logEntry(seq: number): LogEntry {
  const empty = Object.fromEntries(LOG_FIELDS.map((field) => [field, null])) as Record<keyof LogEntry, null>;
  return { ...empty, seq };
}
