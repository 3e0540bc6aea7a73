/** What an alert tells: that something has crossed its line, that it still does, that it is over, or that somebody tries it out. */
import type { AgentName } from "../agent.ts";
import type { Window } from "../budget.ts";
import type { Instant, Millis } from "../duration.ts";
import type { NanoUsd } from "../money.ts";
import type { AlertType } from "./settings.ts";

export type NoticeKind = "raised" | "repeated" | "recovered" | "test";

/** The figures behind a notice. Names, numbers and words of our own: never a prompt, an answer or a key. */
export type Fact =
  | {
      readonly type: "budget";
      readonly window: Window;
      readonly percent: number;
      readonly spent: NanoUsd;
      readonly cap: NanoUsd | null;
    }
  | { readonly type: "error_rate"; readonly window: Millis; readonly errors: number; readonly calls: number }
  | { readonly type: "agent_down"; readonly lastSeen: Instant }
  /** Agent empty: the breaker that all agents share. */
  | { readonly type: "breaker_open"; readonly provider: string }
  | { readonly type: "trust_drop"; readonly from: string; readonly to: string; readonly score: number }
  | { readonly type: "loop"; readonly threshold: number; readonly window: number }
  | { readonly type: "policy"; readonly policy: string; readonly event: string }
  | { readonly type: "blocked_burst"; readonly window: Millis; readonly count: number };

export interface Notice {
  readonly id: string;
  readonly time: Instant;
  /** The rule's name. */
  readonly rule: string;
  readonly type: AlertType;
  readonly kind: NoticeKind;
  /** Null: of no agent, such as a test or a breaker that all share. */
  readonly agent: AgentName | null;
  /** One sentence, without markup. */
  readonly text: string;
  /** Null for a test. */
  readonly fact: Fact | null;
}

export type DeliveryState = "waiting" | "sent" | "failed" | "dropped";

/** What became of a notice at one channel. */
export interface Delivery {
  readonly channel: string;
  readonly state: DeliveryState;
  readonly attempts: number;
  /** When it came to this. */
  readonly time: Instant;
  /** Why it is not sent, as a sentence that holds no secret; null when nothing is wrong. */
  readonly problem: string | null;
}
