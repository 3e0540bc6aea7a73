/**
 * What the management API says, as types: shared by its routes, the page and the command line.
 * Money is USD as a number, instants are ISO 8601 UTC, time spans are milliseconds.
 */
import type { AlertType, ChannelType } from "../core/alerts/settings.ts";
import type { Role } from "../core/role.ts";
import type { Priority } from "../core/settings.ts";
import type { Tier } from "../core/trust-tier.ts";
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

/** Where a value comes from; `file` is also an option or a variable that was given at the start. */
export type ValueSource = "default" | "file" | "runtime";

/** `GET`, `PATCH` and `PUT /api/agents/:id`. */
export interface AgentAnswer extends AgentStatus {
  readonly config: readonly AgentSetting[];
}

/** One value that holds for an agent. */
export interface AgentSetting {
  /** Its path in the agent's entry: `budget.max_cost_per_day`. */
  readonly setting: string;
  /** In the form of the file, `unlimited` included; null: none. Of a secret its last four characters at most. */
  readonly value: unknown;
  readonly source: ValueSource;
  /** Whose entry says it: the agent's own, or `*`, the template's. Null: a default, or what holds for the whole gateway. */
  readonly from: string | null;
}

/** `DELETE /api/agents/:id`: the agent as it is then; null when nothing names it any more. */
export interface AgentRemovedAnswer {
  readonly agent: AgentAnswer | null;
}

/** `GET` and `PUT /api/budget/:id`. */
export interface BudgetAnswer {
  readonly agent: string;
  readonly budget: BudgetCaps;
  readonly sources: Readonly<Record<keyof BudgetCaps, ValueSource>>;
  readonly spent: Windows<number>;
  /** USD that calls in flight may still cost; counts in every window. */
  readonly held: number;
  /** What the cap leaves beside both; null without a cap. */
  readonly left: Windows<number | null>;
}

/** `GET /api/providers`: the known ones and those of one's own. */
export interface ProvidersAnswer {
  readonly providers: readonly ProviderEntry[];
}

/** `PUT /api/providers/:name` and `DELETE /api/providers/:name/key` answer one. */
export interface ProviderEntry {
  readonly name: string;
  /** What its host speaks by nature. */
  readonly protocol: string;
  /** Where it is reached: the configured base, else the official one. */
  readonly base_url: string;
  readonly enabled: boolean;
  /** How the stored key ends, `…7b1f`; null: none is stored. */
  readonly key: string | null;
  /** Calls of all agents within any window; null: no limit. */
  readonly rate_limit: { readonly max_requests: number; readonly window_seconds: number } | null;
  /** Null: no bound. */
  readonly max_concurrency: number | null;
  /** Where each value of its entry comes from that is not a default, by its path there: `api_key`. */
  readonly sources: Readonly<Record<string, ValueSource>>;
}

/** `POST /api/providers/:name/validate`: what its list of models answers to the stored key. */
export interface ProviderCheckAnswer {
  readonly provider: string;
  /** `unclear`: it answered something that says nothing of the key. */
  readonly outcome: "valid" | "wrong_key" | "no_key" | "unreachable" | "unclear";
  /** Of the answer; null when there was none. */
  readonly status: number | null;
  readonly latency_ms: number;
  /** The outcome as a sentence. */
  readonly message: string;
}

/** `GET /api/agents/:id/trust`. */
export interface TrustAnswer extends TrustStatus {
  readonly agent: string;
  /** False while trust is off: the rest says how it would begin, or where it stood. */
  readonly enabled: boolean;
  /** When the agent came into the tier that its conduct has earned it; null for one that has done nothing yet. */
  readonly since: string | null;
  /** Kinds of losses since then, each once. */
  readonly losses: readonly string[];
  /** Losses and changes of tier as the journal has them, newest first; at most 100. */
  readonly history: readonly TrustChange[];
}

/** `trust.lost`: points for a reason. `trust.changed`: from a tier to another. What does not belong to it is null. */
export interface TrustChange {
  readonly time: string;
  readonly event: string;
  /** The score after it. */
  readonly score: number | null;
  readonly points: number | null;
  readonly from: string | null;
  readonly to: string | null;
  readonly reasons: readonly string[];
}

/** `GET /api/policies`: in the order in which they are asked. */
export interface PoliciesAnswer {
  readonly policies: readonly PolicyEntry[];
  /** Names of the file's policies that were removed at run time. */
  readonly removed: readonly string[];
}

export interface PolicyEntry {
  readonly name: string;
  readonly condition: string;
  readonly action: "pause" | "deny" | "alert" | "throttle";
  /** `shadow`: it only records what it would have done. */
  readonly mode: "enforce" | "shadow";
  /** Calls before the condition counts. */
  readonly min_calls: number;
  /** All parameters, in the form of the file. */
  readonly params: unknown;
  readonly source: ValueSource;
}

/** `GET /api/alerts`: the rules in force, and the channels that they may name. */
export interface AlertsAnswer {
  readonly alerts: readonly AlertEntry[];
  readonly channels: readonly ChannelEntry[];
  /** Names of the file's rules that were removed at run time. */
  readonly removed: readonly string[];
}

export interface AlertEntry {
  readonly name: string;
  readonly type: AlertType;
  /** `*`: every agent, each for itself. */
  readonly agent: string;
  readonly channels: readonly string[];
  /** The whole rule, in the form of the file; what is left out has its default. */
  readonly settings: unknown;
  readonly source: ValueSource;
  /** What was told and is not over. */
  readonly raised: readonly RaisedEntry[];
}

export interface RaisedEntry {
  /** Null: all agents together. */
  readonly agent: string | null;
  readonly text: string;
  readonly since: string;
  readonly told_at: string;
}

export interface ChannelEntry {
  readonly name: string;
  readonly type: ChannelType;
  /** In the form of the file; of a secret its last four characters at most. */
  readonly settings: unknown;
  readonly sources: Readonly<Record<string, ValueSource>>;
}

/** `GET /api/alerts/history`: newest first; `next_cursor` asks for the page after, null at the end. */
export interface AlertHistoryAnswer {
  readonly notices: readonly NoticeEntry[];
  readonly next_cursor: string | null;
}

/** What was told; also the answer of `POST /api/alerts/:name/test`. */
export interface NoticeEntry {
  readonly id: string;
  readonly time: string;
  /** The rule's name. */
  readonly rule: string;
  readonly type: AlertType;
  readonly kind: "raised" | "repeated" | "recovered" | "test";
  readonly agent: string | null;
  readonly text: string;
  readonly deliveries: readonly DeliveryEntry[];
}

/** What became of a notice at one channel. */
export interface DeliveryEntry {
  readonly channel: string;
  readonly state: "waiting" | "sent" | "failed" | "dropped";
  readonly attempts: number;
  /** When it came to this. */
  readonly time: string;
  /** Why it was not sent; null when nothing is wrong. */
  readonly problem: string | null;
}

/** `POST /api/policies/test`: whom the rule would have hit. */
export interface PolicyTestAnswer {
  /** The rule's name; null for a condition that is no rule. */
  readonly name: string | null;
  readonly condition: string;
  readonly since: string;
  /** Calls and refusals that were looked at since then. */
  readonly entries: number;
  /** Entries that were not looked at, because there are too many agents. */
  readonly left_out: number;
  /** In the order in which they first happened. */
  readonly hits: readonly PolicyHitEntry[];
}

export interface PolicyHitEntry {
  readonly agent: string;
  readonly first: string;
  /** Calls at which the condition was true. */
  readonly calls: number;
}

/**
 * `GET /api/logs`: newest first; `next_cursor` asks for the page after, null at the end. `detail` of an entry is an object
 * whose members its `event` names.
 */
export interface LogsAnswer {
  readonly entries: readonly LogEntry[];
  readonly next_cursor: string | null;
}

/** What a report, or a chart but for days, tells apart. */
export type ReportBy = "agent" | "owner" | "purpose" | "model" | "provider" | "day";

/**
 * How long the quickest half, 95 and 99 in a hundred of the calls took that were answered whole and without an error, in
 * milliseconds, within 5 %; null without such a call.
 */
export interface LatencyFigures {
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
}

export interface ReportSums {
  readonly calls: number;
  readonly errors: number;
  readonly refusals: number;
  readonly tokens_in: number;
  readonly tokens_out: number;
  /** Leaves out the calls in `unpriced`; null when all of them are. */
  readonly cost: number | null;
  /** Calls whose cost is unknown. */
  readonly unpriced: number;
  readonly latency_ms: LatencyFigures;
  /** The models that cost the most, at most three. */
  readonly top_models: readonly ModelSums[];
}

export interface ModelSums {
  /** Null: the calls named none. */
  readonly model: string | null;
  readonly calls: number;
  readonly cost: number | null;
  readonly unpriced: number;
}

export interface ReportRow extends ReportSums {
  /** The agent's name, the owner, the day as `2026-01-31`, …; null: none was given. */
  readonly key: string | null;
}

/** `GET /api/reports`: the dearest first, days in their order. */
export interface ReportAnswer {
  readonly by: ReportBy;
  /** The period asked for, widened to whole hours; `to` does not belong to it. */
  readonly from: string;
  readonly to: string;
  /** IANA name: where hours and days begin. */
  readonly timezone: string;
  /** When the sums begin: of what was before, nothing is known. Null while there is nothing. */
  readonly known_from: string | null;
  readonly made_at: string;
  /** What narrowed it; null where nothing did. */
  readonly filters: {
    readonly agent: string | null;
    readonly owner: string | null;
    readonly purpose: string | null;
  };
  readonly rows: readonly ReportRow[];
  readonly total: ReportSums;
}

/** `GET /api/stats`: for charts. Every list of a series has as many members as `times`. */
export interface StatsAnswer {
  /** The period asked for, widened to whole steps; `to` does not belong to it. */
  readonly from: string;
  readonly to: string;
  readonly step: StatsStep;
  readonly timezone: string;
  /** When each step begins, oldest first. */
  readonly times: readonly string[];
  /** The dearest first, at most ten, and the others together as `(others)`; one, whose key is null, without `by`. */
  readonly series: readonly StatsSeries[];
}

export type StatsStep = "1m" | "1h" | "1d";

export interface StatsSeries {
  /** Null: none was given, or all together. */
  readonly key: string | null;
  readonly calls: readonly number[];
  readonly errors: readonly number[];
  readonly refusals: readonly number[];
  readonly tokens_in: readonly number[];
  readonly tokens_out: readonly number[];
  /** Null where all calls of a step are unpriced. */
  readonly cost: readonly (number | null)[];
  readonly unpriced: readonly number[];
  readonly p50_ms: readonly (number | null)[];
  readonly p95_ms: readonly (number | null)[];
  readonly p99_ms: readonly (number | null)[];
}

/** `GET /api/audit/verify`: what looking through every file of the journal has shown. */
export interface VerifyAnswer {
  /** Whether nothing wrong was found. */
  readonly ok: boolean;
  readonly checked_at: string;
  readonly files: number;
  readonly lines: number;
  /** Numbers of the first and last line that are there; null when there is none. */
  readonly first_seq: number | null;
  readonly last_seq: number | null;
  /** What could not be checked and why, as sentences; empty when everything was. */
  readonly unchecked: readonly string[];
  /** The first hundred, in the order of the files. */
  readonly problems: readonly VerifyProblem[];
  readonly problem_count: number;
}

export interface VerifyProblem {
  /** Its name without the folder. */
  readonly file: string | null;
  /** From 1; null when it is not about one line. */
  readonly line: number | null;
  readonly seq: number | null;
  readonly what: string;
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
  /** What the file says and what does not act, because something else is set at run time. */
  readonly shadowed: readonly string[];
}

/** `GET` and `PATCH /api/config`. */
export interface ConfigAnswer {
  /** Every value in force. What an agent leaves to the template is not among its own. */
  readonly values: readonly ConfigValue[];
  /** What the file says and what does not act, because something else is set at run time. */
  readonly shadowed: readonly string[];
}

export interface ConfigValue {
  /** `agents.researcher.budget.max_cost_per_day`; policies stand under their names. */
  readonly path: string;
  /** In the form of the file; of a secret its last four characters at most. */
  readonly value: unknown;
  readonly source: ValueSource;
}

/** One thing that is wrong with settings; among the `details` of a refused reload or change. */
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

/** A further token without the token itself, which is told once and kept nowhere. */
export interface TokenEntry {
  readonly id: string;
  readonly name: string | null;
  readonly role: Role;
  readonly created_at: string;
  /** It opens nothing from then on; null: it does not expire. */
  readonly expires_at: string | null;
  /** Null while it is not revoked. */
  readonly revoked_at: string | null;
  /** To the minute; null: never. */
  readonly last_used_at: string | null;
}

/** `GET /api/tokens`: the oldest first. `DELETE /api/tokens/:id` answers the one `TokenEntry`, revoked. */
export interface TokensAnswer {
  readonly tokens: readonly TokenEntry[];
}

/** `POST /api/tokens`: the only answer that holds a token. */
export interface TokenAnswer {
  readonly id: string;
  readonly role: Role;
  /** What its holder sends as `Authorization: Bearer`: `tga_…`. */
  readonly token: string;
  readonly expires_at: string | null;
}

/** `POST /api/events`; 207 where some were rejected. `index` counts from 0 in the order in which they were sent. */
export interface EventsAnswer {
  readonly accepted: number;
  readonly rejected: readonly { readonly index: number; readonly error: string }[];
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
