/** What the API says of the gateway and its agents as they are, at once and live. Money is USD, times are ISO 8601. */
import type { Priority } from "../../core/settings.ts";
import type { Tier } from "../../core/trust-tier.ts";
import type { LogEntry } from "../../store/store.ts";

/** The gateway itself. `degraded` and `warnings` are sentences for the person; empty when all is well. */
export interface GatewayStatus {
  readonly version: string;
  /** Where agents on the gateway's machine reach it: `http://127.0.0.1:8080`, no trailing slash. */
  readonly url: string;
  readonly uptime_ms: number;
  /** Why the gateway cannot do its duty now. */
  readonly degraded: readonly string[];
  /** What deserves attention but stops nothing. */
  readonly warnings: readonly string[];
}

export interface Tokens {
  readonly in: number;
  readonly out: number;
}

/** The current clock hour, the current day of `gateway.timezone`, and the agent's lifetime. */
export interface Windows<Figure> {
  readonly hour: Figure;
  readonly day: Figure;
  readonly total: Figure;
}

/** Why an agent is paused: by a person, a budget that is used up, a policy, or because it repeated itself. */
export type PauseReason = "agent_deactivated" | "budget_exceeded" | "policy" | "loop_detected";

/** The agent's own caps in USD; null where there is none. */
export interface BudgetCaps {
  readonly max_cost_per_hour: number | null;
  readonly max_cost_per_day: number | null;
  readonly max_cost_total: number | null;
  readonly max_cost_per_request: number | null;
}

/** The tightest of the agent's own rate limits: the one that leaves the fewest calls. */
export interface RateLimitStatus {
  /** Calls that it lets through when it is fresh. */
  readonly limit: number;
  readonly remaining: number;
  /** Until it is fresh again, if the agent does not call; 0 when it is. */
  readonly reset_seconds: number;
}

/** The agent's breaker towards one provider. */
export interface BreakerStatus {
  readonly provider: string;
  readonly state: "closed" | "open" | "half_open";
}

export interface TrustStatus {
  /** 0 to 100. */
  readonly score: number;
  readonly tier: Tier;
  /** Whether a person has decided on the tier. */
  readonly pinned: boolean;
}

/**
 * One agent as it is now, one that is configured and has never called included. `idle`: not paused, no call for five
 * minutes and none in flight.
 */
export interface AgentStatus {
  readonly id: string;
  readonly status: "active" | "paused" | "idle";
  /** Null, like everything of the pause, while the agent is not paused. */
  readonly pause_reason: PauseReason | null;
  /** What belongs to the reason: the person's note, the budget's window (hour, day, total) or the policy's name. */
  readonly pause_detail: string | null;
  readonly pause_since: string | null;
  /** Null also for a pause without an end: a person has to lift it, or a total cap to be raised. */
  readonly pause_until: string | null;
  readonly owner: string | null;
  readonly purpose: string | null;
  readonly tags: readonly string[];
  readonly cost: Windows<number>;
  /** USD that calls in flight may still cost. Counts in every window beside `cost`. */
  readonly held: number;
  readonly budget: BudgetCaps;
  readonly calls: Windows<number>;
  readonly errors: { readonly hour: number; readonly total: number };
  /** Errors per call over the current hour, 0 to 1; null while the hour has seen no call. */
  readonly error_rate: number | null;
  readonly tokens: Windows<Tokens>;
  /** Calls in the agent's lifetime whose cost is unknown: `cost` leaves them out. */
  readonly unpriced_calls: number;
  readonly blocked: { readonly hour: number; readonly total: number };
  /** Null: no limit of its own. */
  readonly rate_limit: RateLimitStatus | null;
  /** Those that have ever opened. */
  readonly breakers: readonly BreakerStatus[];
  /** Null while trust is off. */
  readonly trust: TrustStatus | null;
  /** The lane of its calls; one that declares the purpose `ci` or `batch` may wait in a lower one. */
  readonly priority: Priority;
  readonly in_flight: number;
  readonly last_seen: string | null;
}

/** Sums over all agents. */
export interface Sums {
  readonly calls: number;
  readonly errors: number;
  readonly blocked: number;
  readonly tokens_in: number;
  readonly tokens_out: number;
  readonly cost: number;
}

export interface FleetTotals extends Windows<Sums> {
  readonly in_flight: number;
}

/** `GET /api/status`. */
export interface StatusAnswer {
  readonly gateway: GatewayStatus;
  readonly agents: readonly AgentStatus[];
  readonly totals: FleetTotals;
}

/** `GET /api/agents`; pausing and resuming one answers its `AgentStatus`. */
export interface AgentsAnswer {
  readonly agents: readonly AgentStatus[];
}

/** `GET /health`, without authentication. */
export interface HealthAnswer {
  readonly status: "ok" | "degraded";
  /** The default agent's name. */
  readonly agent_id: string;
  readonly uptime_ms: number;
  readonly version: string;
  /** Only when degraded. */
  readonly reasons?: readonly string[];
}

/** The first message on `WS /api/live`; `entries` holds at most 50, newest first. */
export interface LiveSnapshot extends StatusAnswer {
  readonly type: "snapshot";
  readonly entries: readonly LogEntry[];
}

/** Each second after it: what changed since the message before. */
export interface LiveDelta {
  readonly type: "delta";
  readonly gateway: Omit<GatewayStatus, "version" | "url">;
  /** Agents that changed, each whole; an agent not known yet is new. */
  readonly agents: readonly AgentStatus[];
  /** New entries, newest first; at most 200, so a burst beyond that leaves out the oldest. */
  readonly entries: readonly LogEntry[];
  readonly totals: FleetTotals;
}

export type LiveMessage = LiveSnapshot | LiveDelta;

/** What a client that has neither cookie nor header sends first on `WS /api/live`, within five seconds. */
export interface LiveAuth {
  readonly type: "auth";
  readonly token: string;
}
