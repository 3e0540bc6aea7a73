/**
 * The configuration after parsing: names as in gateway.yaml, durations in milliseconds, sizes in bytes, money in
 * nano-dollars, every default filled in (SPEC 2). `config/schema.ts` makes it from a file.
 */
import type { AlertSettings } from "./alerts/settings.ts";
import type { Bytes, Millis } from "./duration.ts";
import type { NanoUsd } from "./money.ts";
import type { Tier } from "./trust-tier.ts";

export interface Settings {
  readonly gateway: GatewaySettings;
  readonly identity: { readonly mode: "open" | "known" | "keys"; readonly forward: boolean };
  readonly providers: Readonly<
    Record<string, ProviderSettings & ProviderManner & ProviderModels & ProviderLimits>
  >;
  readonly agents: AgentEntries;
  readonly owners: Readonly<Record<string, { readonly budget: MoneyCaps }>>;
  readonly policies: readonly PolicySettings[];
  readonly dashboard: { readonly port: number; readonly host: string };
  readonly audit: AuditSettings;
  readonly pricing: PricingSettings & { readonly unknown: UnknownPrice };
  readonly trust: TrustSettings;
  readonly loops: LoopSettings;
  readonly routes: {
    /** Upstream paths, `*` for any characters, that a call under a money cap may take though they are not metered. */
    readonly allow: readonly string[];
  };
  readonly translation: {
    /** What becomes of what the serving provider's format has no place for (SPEC 12.3). */
    readonly unsupported: "refuse" | "drop";
  };
  readonly admin: { readonly token: string | null; readonly token_file: boolean };
  readonly events: EventSettings;
  readonly alerts: AlertSettings;
}

/** Where calls and refusals are reported to (SPEC 14.4). */
export interface EventSettings {
  /** Null: nowhere. */
  readonly endpoint: string | null;
  readonly api_key: string | null;
  readonly flush_interval: Millis;
  readonly max_buffer_size: number;
}

/** How a refusal by policy is told: as an answer of the model, or as an error (SPEC 6.3). */
export type BlockedResponse = "reply" | "error";

export interface GatewaySettings {
  readonly port: number;
  readonly host: string;
  readonly default_agent: string;
  /** IANA name; `local` in the file is resolved to the machine's zone. */
  readonly timezone: string;
  readonly data_dir: string;
  readonly header_timeout: Millis;
  readonly answer_timeout: Millis;
  readonly idle_timeout: Millis;
  readonly max_body: Bytes;
  readonly shutdown_timeout: Millis;
  readonly max_agents: number;
  readonly allow_target_hosts: readonly string[];
  readonly blocked_response: BlockedResponse;
  /** How often a call is sent again to the same target before its first byte. */
  readonly retries: number;
  /** Caps on all agents together. */
  readonly budget: MoneyCaps;
}

/** How a provider is reached. */
export interface ProviderSettings {
  /** Needed for providers that Tollgate does not know: which wire format the host speaks. */
  readonly protocol: "openai" | "openai-responses" | "anthropic" | "gemini" | "cohere" | null;
  /** What one would give the SDK; for a known provider a bare origin will do. */
  readonly base_url: string | null;
  readonly api_key: string | null;
}

/** What a host wants otherwise than its protocol has it. */
export interface ProviderManner {
  /** The header in which the key goes; null: the protocol's. */
  readonly key_header: string | null;
  /** Headers that go along with every call. Their values are never shown. */
  readonly headers: Readonly<Record<string, string>>;
}

/** What is known of a provider's models. */
export interface ProviderModels {
  /** By model glob; the first matching entry counts. */
  readonly models: Readonly<Record<string, ModelSize>>;
}

/** How much a model takes in and gives out, in tokens. Null: as the price list and the provider's record have it. */
export interface ModelSize {
  /** Input and output together. */
  readonly context: number | null;
  readonly max_output: number | null;
}

/** What may go to a provider, and with which keys. */
export interface ProviderLimits {
  /** Further keys: calls take turns among all of them, and one that the provider limits rests. */
  readonly api_keys: readonly string[];
  readonly enabled: boolean;
  /** Over all agents together. */
  readonly rate_limit: SlidingLimit | null;
  /** Calls in flight at once; what is more waits in lanes (SPEC 12.6). */
  readonly max_concurrency: number | null;
  /** Where some lanes go instead; no lane stands in two of them. */
  readonly upstreams: readonly UpstreamSettings[];
}

export interface UpstreamSettings {
  /** Null: the provider's own; so with the key. At least one of the two is given. */
  readonly base_url: string | null;
  readonly api_key: string | null;
  readonly lanes: readonly Priority[];
}

export type Priority = "high" | "normal" | "low";

/** Token bucket: `count` at once, refilled evenly within `per`. */
export interface Rate {
  /** Infinity stands for `unlimited`. */
  readonly count: number;
  readonly per: Millis;
}

/** At most `max_requests` within any `window_seconds`. */
export interface SlidingLimit {
  readonly max_requests: number;
  readonly window_seconds: number;
}

export type RateLimit = Rate | SlidingLimit;

/**
 * Caps on settled spend. Null: no cap. Infinity: `unlimited`, which differs from null only where another layer of the
 * configuration lies beneath.
 */
export interface MoneyCaps {
  readonly max_cost_per_hour: NanoUsd | null;
  readonly max_cost_per_day: NanoUsd | null;
  readonly max_cost_total: NanoUsd | null;
}

export interface BudgetSettings extends MoneyCaps {
  readonly max_cost_per_request: NanoUsd | null;
  /** What a stream holds: slices as it flows, or its whole output ceiling from the start (SPEC 7.2). */
  readonly hold: "slices" | "worst_case";
}

/** Null: no limit. */
export interface QuotaSettings {
  readonly requests_per_hour: number | null;
  readonly requests_per_day: number | null;
  readonly tokens_per_hour: number | null;
  readonly tokens_per_day: number | null;
  /** Per request, as are `max_output_tokens`. */
  readonly max_input_tokens: number | null;
  readonly max_output_tokens: number | null;
}

export interface BreakerSettings {
  readonly error_threshold: number;
  readonly reset_timeout: Millis;
  readonly half_open_requests: number;
  readonly window_ms: Millis;
}

/** Whole hours of the gateway's time zone; `end` is exclusive and may lie before `start`. Never equal. */
export interface AllowedHours {
  readonly start: number;
  readonly end: number;
}

export interface AgentSettings {
  readonly model: string | null;
  /** This agent's own upstream key. Goes to `provider` alone, so it needs one. */
  readonly api_key: string | null;
  readonly provider: string | null;
  /**
   * Which models take the place of others, by the provider that was called (`*`: any) and by the model's glob; `model`
   * stands for every one. Written as `model` or `provider/model`.
   */
  readonly overrides: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Where a call goes when its target does not answer, in this order: `provider/model`, or a model alone. */
  readonly fallback: readonly string[];
  /** Null: as `gateway.retries` says. */
  readonly retries: number | null;
  readonly owner: string | null;
  readonly purpose: string | null;
  readonly tags: readonly string[];
  readonly priority: Priority | null;
  readonly budget: BudgetSettings;
  readonly quota: QuotaSettings;
  /** Buckets hold for the agent, sliding windows for each provider that it calls (SPEC 8). All that apply must pass. */
  readonly rate_limit: RateLimit | readonly RateLimit[] | null;
  /** Further sliding windows, by provider. */
  readonly provider_rate_limits: Readonly<Record<string, SlidingLimit>>;
  readonly circuit_breaker: BreakerSettings;
  readonly allowed_hours: AllowedHours | null;
  /** Globs; case and vendor prefix are ignored. An empty `allow` allows every model; `deny` wins. */
  readonly models: { readonly allow: readonly string[]; readonly deny: readonly string[] };
  /** Null: as `gateway.blocked_response` says. */
  readonly blocked_response: BlockedResponse | null;
  readonly trust: { readonly pin: Tier | null };
  /** What is null is as under the file's own `loops`. */
  readonly loops: { readonly [Key in keyof LoopSettings]: LoopSettings[Key] | null };
}

/**
 * Agents by name. `*` is the template of every agent, always there and whole. An agent's own entry holds null where it
 * says nothing, so that the template shows through.
 */
export type AgentEntries = Templated<AgentSettings>;
export type AgentEntry = Inherited<AgentSettings>;

export type Templated<Whole> = { readonly "*": Whole } & { readonly [name: string]: Inherited<Whole> };

/** The same sections, in which every value may be left to another layer. What the user names stays as it is. */
export type Inherited<Whole> = { readonly [Key in keyof Whole]: InheritedValue<Whole[Key]> };
type InheritedValue<Value> = [Value] extends [readonly unknown[]]
  ? Value | null
  : [Value] extends [object]
    ? string extends keyof Value
      ? Value
      : Inherited<Value>
    : Value | null;

export interface TrustSettings {
  readonly enabled: boolean;
  readonly interval: Millis;
  /** The score of an agent that is seen for the first time. */
  readonly initial: number;
  /** Whether the lowest tier is refused. */
  readonly quarantine: boolean;
  /** Whether a proven agent may gain by its score, not only lose. */
  readonly raise: boolean;
}

export interface LoopSettings {
  /** How many of the last requests are compared. */
  readonly window: number;
  /** How many of them must be alike. */
  readonly threshold: number;
  readonly action: "alert" | "pause" | "off";
}

export interface PolicySettings {
  /** Unique. */
  readonly name: string;
  /** CEL; checked when the file is read. */
  readonly condition: string;
  readonly action: "pause" | "deny" | "alert" | "throttle";
  readonly mode: "enforce" | "shadow";
  readonly params: PolicyParams;
}

export interface PolicyParams {
  /** Calls before the condition counts. Null: 10 where it reads error_rate, else none. */
  readonly min_calls: number | null;
  /** How long a pause lasts; null: until a person resumes the agent. */
  readonly duration: Millis | null;
  /** The least time between two alerts about one agent. */
  readonly cooldown: Millis;
  /** Alert: who is told, among the channels of alerts. */
  readonly channels: readonly string[];
  /** Throttle: what passes; or `delay_ms`, how long each call is held back. Never both. */
  readonly rate: Rate | null;
  readonly delay_ms: Millis | null;
  /** How long a throttle holds after the condition has ended. */
  readonly hold_seconds: number;
}

/** What is wrong with a policy's condition. */
export interface ConditionFault {
  /** Within the condition, from 1. */
  readonly line: number;
  readonly column: number;
  /** Completes a sentence: `unknown name "cost"; did you mean total_cost?` */
  readonly message: string;
}

export interface AuditSettings {
  readonly log_file: string;
  readonly max_entries: number;
  readonly retention: Millis;
  readonly rotate: Bytes;
  readonly fsync: "always" | "interval" | "never";
  readonly on_failure: "stop" | "continue";
}

export interface PricingSettings {
  /** Path of a price list that replaces the bundled one, or null. */
  readonly file: string | null;
  /** By model glob; USD per million tokens. The first matching entry wins over every other source. */
  readonly models: Readonly<Record<string, ModelPrice>>;
}

/**
 * What becomes of a call whose price is not known: of an agent under a money cap it is refused, or let pass uncharged; a
 * price given here is charged, whoever calls (SPEC 7.6).
 */
export type UnknownPrice = "refuse" | "allow" | ModelPrice;

/** USD per million tokens. A rate left out is unknown, but for the cache rates, which default to `input`. */
export interface ModelPrice {
  readonly input: number;
  readonly output: number;
  readonly cache_read: number | null;
  readonly cache_write: number | null;
}
