/** The shapes of `wire/status.ts`: the gateway and its agents as they are. */
import { TIERS } from "../../core/trust-tier.ts";
import type {
  AgentStatus,
  AgentsAnswer,
  BreakerStatus,
  BudgetCaps,
  FleetTotals,
  GatewayStatus,
  HealthAnswer,
  RateLimitStatus,
  StatusAnswer,
  Sums,
  Tokens,
  TrustStatus,
  Windows,
} from "../wire/status.ts";
import {
  choice,
  flag,
  listOf,
  type Members,
  members,
  number,
  optional,
  orNull,
  record,
  type Shape,
  text,
  time,
  whole,
} from "./shape.ts";

export function windows<Figure>(figure: Shape<Figure>): Shape<Windows<Figure>> {
  return members<Windows<Figure>>({ hour: figure, day: figure, total: figure });
}

export const BUDGET_CAPS = record<BudgetCaps>("BudgetCaps", {
  max_cost_per_hour: orNull(number),
  max_cost_per_day: orNull(number),
  max_cost_total: orNull(number),
  max_cost_per_request: orNull(number),
});

const RATE_LIMIT_STATUS = record<RateLimitStatus>("RateLimitStatus", {
  limit: whole,
  remaining: whole,
  reset_seconds: number,
});

const BREAKER_STATUS = record<BreakerStatus>("BreakerStatus", {
  provider: text,
  state: choice("closed", "open", "half_open"),
});

/** What an agent's trust is made of wherever it is told. */
export const TRUST: Members<TrustStatus> = { score: number, tier: choice(...TIERS), pinned: flag };

const TOKENS = record<Tokens>("Tokens", { in: whole, out: whole });

const RECENT = members<AgentStatus["errors"]>({ hour: whole, total: whole });

/** What every agent's line has; the answer about one agent has more. */
export const AGENT: Members<AgentStatus> = {
  id: text,
  status: choice("active", "paused", "idle"),
  pause_reason: orNull(choice("agent_deactivated", "budget_exceeded", "policy", "loop_detected")),
  pause_detail: orNull(text),
  pause_since: orNull(time),
  pause_until: orNull(time),
  owner: orNull(text),
  purpose: orNull(text),
  tags: listOf(text),
  cost: windows(number),
  held: number,
  budget: BUDGET_CAPS,
  calls: windows(whole),
  errors: RECENT,
  error_rate: orNull(number),
  tokens: windows(TOKENS),
  unpriced_calls: whole,
  blocked: RECENT,
  rate_limit: orNull(RATE_LIMIT_STATUS),
  breakers: listOf(BREAKER_STATUS),
  trust: orNull(record<TrustStatus>("TrustStatus", TRUST)),
  priority: choice("high", "normal", "low"),
  in_flight: whole,
  last_seen: orNull(time),
};

export const AGENT_STATUS = record<AgentStatus>("AgentStatus", AGENT);

const SUMS = record<Sums>("Sums", {
  calls: whole,
  errors: whole,
  blocked: whole,
  tokens_in: whole,
  tokens_out: whole,
  cost: number,
});

export const STATUS_ANSWER = record<StatusAnswer>("StatusAnswer", {
  gateway: record<GatewayStatus>("GatewayStatus", {
    version: text,
    url: text,
    uptime_ms: number,
    degraded: listOf(text),
    warnings: listOf(text),
  }),
  agents: listOf(AGENT_STATUS),
  totals: record<FleetTotals>("FleetTotals", { hour: SUMS, day: SUMS, total: SUMS, in_flight: whole }),
});

export const AGENTS_ANSWER = record<AgentsAnswer>("AgentsAnswer", { agents: listOf(AGENT_STATUS) });

export const HEALTH_ANSWER = record<HealthAnswer>("HealthAnswer", {
  status: choice("ok", "degraded"),
  agent_id: text,
  uptime_ms: number,
  version: text,
  reasons: optional(listOf(text)),
});
