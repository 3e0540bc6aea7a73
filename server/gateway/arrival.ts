/** What the gates are asked about: a request before its body has been read, and a call that wants in. */
import type { Identity } from "../core/agent.ts";
import type { Instant } from "../core/duration.ts";
import type { Fingerprint } from "../core/loop-detector.ts";
import type { Priority } from "../core/settings.ts";
import type { Tier } from "../core/trust-tier.ts";
import type { CallFacts } from "./call.ts";
import type { Controls } from "./controls.ts";
import type { AgentState, Fleet } from "./fleet.ts";
import type { PolicyVerdict } from "./policies.ts";
import type { Setup } from "./setup.ts";
import type { ScopedStake } from "./stakes.ts";
import type { AgentTerms } from "./terms.ts";

/** What is known before the body has been read. */
export interface Admission {
  readonly identity: Identity;
  /** The configuration in force now. */
  readonly setup: Setup;
  readonly fleet: Fleet;
  readonly now: Instant;
  /** Why the journal cannot be written, or null. */
  readonly journalProblem: string | null;
  readonly shuttingDown: boolean;
}

/** What is known once the body has been read. */
export interface Arrival extends Admission {
  readonly facts: CallFacts;
  readonly agent: AgentState;
  /** The agent's settings under its trust. */
  readonly terms: AgentTerms;
  readonly tier: Tier;
  readonly controls: Controls;
  readonly policies: PolicyVerdict;
  /** Whether the call has been held back for as long as the policies say. */
  readonly isDelayed: boolean;
  /** Whether the call was let in before, and tries another target: what counts calls has counted it (SPEC 12.5). */
  readonly isAgain: boolean;
  readonly fingerprint: Fingerprint | null;
  readonly stakes: readonly ScopedStake[];
  /** Whether a money cap holds for the call in any scope. */
  readonly isCapped: boolean;
  /** Whether a lower output ceiling can be written into the request. */
  readonly canLower: boolean;
  readonly upstream: Upstream;
}

/** Where a call is about to go. */
export interface Upstream {
  /** Scheme, host and port. */
  readonly origin: string;
  /** The name of its slots. */
  readonly slots: string;
  readonly lane: Priority;
  /** The key that pays, stored or the client's own. */
  readonly key: string | null;
}
