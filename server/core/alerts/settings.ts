/** The alerts of the configuration (SPEC 15): rules that watch agents, and the channels that are told. Names as in gateway.yaml. */
import type { AgentName } from "../agent.ts";
import type { Window } from "../budget.ts";
import type { Millis } from "../duration.ts";

export interface AlertSettings {
  readonly rules: readonly AlertRuleSettings[];
  readonly channels: Readonly<Record<string, ChannelSettings>>;
}

export const ALERT_TYPES = [
  "budget", "error_rate", "agent_down", "breaker_open", "trust_drop", "loop", "policy", "blocked_burst",
] as const; // biome-ignore format: a list
export type AlertType = (typeof ALERT_TYPES)[number];

/** A rule as it is written. What belongs to another type is null; what is null of its own has a default (rule.ts). */
export interface AlertRuleSettings {
  /** Unique. */
  readonly name: string;
  readonly type: AlertType;
  /** `*`: every agent, each for itself. */
  readonly agent: AgentName | "*";
  readonly channels: readonly string[];
  /** Null: what lasts is told once. */
  readonly repeat: Millis | null;
  readonly recovery: boolean;
  /** A budget's window, or how far back an error rate or a burst is counted. */
  readonly window: Window | Millis | null;
  readonly percent: number | null;
  readonly threshold: number | null;
  readonly min_calls: number | null;
  readonly minutes: number | null;
  readonly count: number | null;
}

export const CHANNEL_TYPES = ["webhook", "slack", "discord", "telegram", "email"] as const;
export type ChannelType = (typeof CHANNEL_TYPES)[number];

/** A channel as it is written: what its type has no use for is null. */
export interface ChannelSettings {
  readonly type: ChannelType;
  /** Secret: whoever has it can post. */
  readonly url: string | null;
  /** Signs a webhook's bodies. */
  readonly secret: string | null;
  readonly bot_token: string | null;
  readonly chat_id: string | null;
  readonly smtp: SmtpSettings | null;
  readonly to: readonly string[];
}

export interface SmtpSettings {
  readonly host: string;
  readonly port: number;
  /** Null: without logging in. */
  readonly user: string | null;
  readonly password: string | null;
  readonly from: string;
}
