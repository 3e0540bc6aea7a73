/** What the API says of alerts. Money is USD, times are ISO 8601. */
import type { AlertType, ChannelType } from "../../core/alerts/settings.ts";
import type { ValueSource } from "./settings.ts";

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
