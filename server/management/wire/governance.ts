/** What the API says of trust and policies. Money is USD, times are ISO 8601. */
import type { ValueSource } from "./settings.ts";
import type { TrustStatus } from "./status.ts";

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
