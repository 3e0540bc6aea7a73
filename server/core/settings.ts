/**
 * The configuration after parsing: names as in gateway.yaml, durations in milliseconds, sizes in bytes, every default
 * filled in. `config/schema.ts` makes it from a file.
 */
import type { Bytes, Millis } from "./duration.ts";

export interface Settings {
  readonly gateway: GatewaySettings;
  readonly identity: { readonly mode: "open" | "known"; readonly forward: boolean };
  readonly providers: Readonly<Record<string, ProviderSettings>>;
  /** By agent name; `*` is the template of every agent. */
  readonly agents: Readonly<Record<string, AgentSettings>>;
  readonly dashboard: { readonly port: number; readonly host: string };
  readonly audit: AuditSettings;
  readonly pricing: PricingSettings;
  readonly admin: { readonly token: string | null; readonly token_file: boolean };
}

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
}

export interface ProviderSettings {
  /** Needed for providers that Tollgate does not know: which wire format the host speaks. */
  readonly protocol: "openai" | "anthropic" | "gemini" | "cohere" | null;
  /** What one would give the SDK; for a known provider a bare origin will do. */
  readonly base_url: string | null;
  readonly api_key: string | null;
}

export interface AgentSettings {
  /** This agent's own upstream key. Goes to `provider` alone, so it needs one. */
  readonly api_key: string | null;
  readonly provider: string | null;
  readonly owner: string | null;
  readonly purpose: string | null;
  readonly tags: readonly string[];
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

/** USD per million tokens. A rate left out is unknown, but for the cache rates, which default to `input`. */
export interface ModelPrice {
  readonly input: number;
  readonly output: number;
  readonly cache_read: number | null;
  readonly cache_write: number | null;
}
