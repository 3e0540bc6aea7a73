/**
 * What the management API says, as types: shared by its routes, the page and the command line.
 * Money is USD as a number, instants are ISO 8601 UTC, time spans are milliseconds.
 */
import type { LogEntry } from "../store/store.ts";

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

/** One agent as it is now. `idle`: no call for five minutes and none in flight. */
export interface AgentStatus {
  readonly id: string;
  readonly status: "active" | "idle";
  readonly owner: string | null;
  readonly purpose: string | null;
  readonly tags: readonly string[];
  readonly cost: Windows<number>;
  readonly calls: Windows<number>;
  readonly errors: { readonly hour: number; readonly total: number };
  /** Errors per call over the current hour, 0 to 1; null while the hour has seen no call. */
  readonly error_rate: number | null;
  readonly tokens: Windows<Tokens>;
  /** Calls in the agent's lifetime whose cost is unknown: `cost` leaves them out. */
  readonly unpriced_calls: number;
  readonly blocked: { readonly hour: number; readonly total: number };
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

/** `GET /api/agents`; `GET /api/agents/:id` answers one `AgentStatus`. */
export interface AgentsAnswer {
  readonly agents: readonly AgentStatus[];
}

/** `GET /api/logs`: newest first; `next_cursor` asks for the page after, null at the end. */
export interface LogsAnswer {
  readonly entries: readonly LogEntry[];
  readonly next_cursor: string | null;
}

/** `POST /api/session`: the cookie is set; it ends then at the latest. */
export interface SessionAnswer {
  readonly expires_at: string;
}

/** `POST /api/session/link`: the code logs one page in, once, until it expires; it stands in the url's fragment. */
export interface LinkAnswer {
  readonly code: string;
  readonly expires_at: string;
  readonly url: string;
}

/** `POST /api/config/reload`, when the file is valid. */
export interface ReloadAnswer {
  /** False when there was nothing to apply. */
  readonly applied: boolean;
  /** Changed settings that act only after a restart, by their path in the file: `gateway.port`. */
  readonly needs_restart: readonly string[];
  readonly warnings: readonly string[];
}

/** One thing that is wrong with the configuration file; among the `details` of a refused reload. */
export interface ConfigProblem {
  readonly file: string;
  /** From 1; null for a source without lines. */
  readonly line: number | null;
  readonly column: number | null;
  /** Where in the settings: `agents.researcher.owner`; empty for the file as a whole. */
  readonly path: string;
  readonly message: string;
}

/** A gateway key without the key itself, which is told once and kept nowhere. */
export interface KeyEntry {
  readonly id: string;
  readonly agent: string;
  readonly name: string | null;
  readonly created_at: string;
  /** It proves nothing from then on; null: it does not expire. */
  readonly expires_at: string | null;
  /** Null while it is not revoked. */
  readonly revoked_at: string | null;
}

/** `GET /api/keys`: the oldest first. `DELETE /api/keys/:id` answers the one `KeyEntry`, revoked. */
export interface KeysAnswer {
  readonly keys: readonly KeyEntry[];
}

/** `POST /api/keys`: the only answer that holds a key. */
export interface KeyAnswer {
  readonly id: string;
  readonly agent: string;
  /** What the agent sends: `tg_…`. */
  readonly key: string;
  readonly expires_at: string | null;
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

/** Every error of the management API, whatever its status. */
export interface ErrorAnswer {
  readonly error: {
    /** For programs: `unauthorized`, `invalid_parameter`, … */
    readonly code: string;
    /** For people: what is wrong and what to do next. */
    readonly message: string;
    /** What belongs to the code: the parameter's name, the list of problems; null when there is nothing. */
    readonly details: unknown;
  };
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
