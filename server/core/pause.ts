/** A paused agent: who paused it, why, and until when (SPEC 7.4, 10, 11). */
import type { AgentName } from "./agent.ts";
import type { Window } from "./budget.ts";
import type { Instant } from "./duration.ts";
import type { NanoUsd } from "./money.ts";

export interface Pause {
  readonly agent: AgentName;
  readonly since: Instant;
  /** Null: until somebody resumes the agent, or, of a total cap, until it is raised. */
  readonly until: Instant | null;
  readonly cause: PauseCause;
}

export type PauseCause =
  /** A person decided; lifted by a person, or when its time is over. */
  | { readonly by: "person"; readonly note: string | null }
  /** A cap is used up. Lifted when its window ends or when the cap leaves room for a call of `least` again. */
  | { readonly by: "budget"; readonly window: Window; readonly least: NanoUsd }
  | { readonly by: "policy"; readonly rule: string }
  | { readonly by: "loop" };

/** What an agent had done when a person last resumed it: policies that pause count from here (SPEC 10). */
export interface Resume {
  readonly agent: AgentName;
  /** Lifetime figures. */
  readonly calls: number;
  readonly errors: number;
  readonly costNano: NanoUsd;
}
