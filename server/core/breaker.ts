/**
 * Circuit breaker (SPEC 9): closed while all is well, open while nothing passes, half open while probes find out. Pure:
 * the clock is an argument. When it opens is the law's business (`breaker-laws.ts`); how it recovers is the same for all.
 *
 * `check` changes nothing; `take` is for the turn in which every check has passed. Then comes one of `succeed`, `fail` and
 * `giveBack`; a stream that began and dies is a `fail` after its `succeed`. Each returns the state that replaces the one
 * given, which may have been changed in place.
 */
import type { AgentName } from "./agent.ts";
import type { Instant, Millis } from "./duration.ts";

/** Plain data. `round` counts how often it opened, so that a probe's answer reaches no later round. */
export type Breaker<Evidence> = Closed<Evidence> | Open | HalfOpen;

export interface Closed<Evidence> {
  readonly kind: "closed";
  readonly round: number;
  readonly evidence: Evidence;
}

export interface Open {
  readonly kind: "open";
  readonly round: number;
  readonly since: Instant;
}

export interface HalfOpen {
  readonly kind: "halfOpen";
  readonly round: number;
  /** Probes in flight. */
  readonly out: number;
  readonly succeeded: number;
}

/** How an open breaker recovers. An agent's own breaker settings are one; they may be others at each call. */
export interface Recovery {
  readonly reset_timeout: Millis;
  /** Probes at once, and successes that close it. */
  readonly half_open_requests: number;
}

/** When a closed breaker opens. The evidence is changed in place and bounded. */
export interface Law<Evidence> extends Recovery {
  /** What is known when nothing is. */
  begin(): Evidence;
  noteSuccess(evidence: Evidence, report: Report): void;
  /** True when the breaker is to open. */
  noteFailure(evidence: Evidence, report: Report): boolean;
}

/** Which round a call is a probe of; null when it is none. A call keeps it until its ending. */
export type Ticket = number | null;

/** What became of a call. */
export interface Report {
  readonly ticket: Ticket;
  readonly agent: AgentName;
  readonly now: Instant;
  /** Whether its success has been told already, so that it is not counted as two calls. */
  readonly begun: boolean;
}

export type Passage =
  | { readonly pass: true; readonly probe: boolean }
  | { readonly pass: false; readonly retryAfter: Millis };

export type Transition = "opened" | "half_opened" | "closed";

const PASS: Passage = { pass: true, probe: false };
const PROBE: Passage = { pass: true, probe: true };

/** How soon to ask again while probes are out: nobody knows when they answer. */
const PROBING: Passage = { pass: false, retryAfter: 1_000 };

export function createBreaker<Evidence>(law: Law<Evidence>): Closed<Evidence> {
  return { kind: "closed", round: 0, evidence: law.begin() };
}

/** Whether a call may pass, and whether it would be a probe; else how long to wait. */
export function check<Evidence>(breaker: Breaker<Evidence>, recovery: Recovery, now: Instant): Passage {
  switch (breaker.kind) {
    case "closed":
      return PASS;
    case "open": {
      // A clock that was set back counts as time passed: nobody waits for it to catch up.
      const retryAfter = recovery.reset_timeout - Math.abs(now - breaker.since);
      return retryAfter > 0 ? { pass: false, retryAfter } : PROBE;
    }
    case "halfOpen":
      // With no probe out one always passes, so that lowered settings leave no breaker waiting for ever.
      return breaker.out === 0 || breaker.out + breaker.succeeded < recovery.half_open_requests
        ? PROBE
        : PROBING;
  }
}

/** Takes the call's place, which is a probe's where `check` said so. Only after `check` let it pass. */
export function take<Evidence>(breaker: Breaker<Evidence>): Breaker<Evidence> {
  switch (breaker.kind) {
    case "closed":
      return breaker;
    case "open":
      return { kind: "halfOpen", round: breaker.round, out: 1, succeeded: 0 };
    case "halfOpen":
      return { ...breaker, out: breaker.out + 1 };
  }
}

/** The ticket of the call that `take` has just let in. */
export function ticketOf<Evidence>(breaker: Breaker<Evidence>): Ticket {
  return breaker.kind === "halfOpen" ? breaker.round : null;
}

/** A 2xx and its first byte. Enough probes that succeed close the breaker. */
export function succeed<Evidence>(
  breaker: Breaker<Evidence>,
  law: Law<Evidence>,
  report: Report,
): Breaker<Evidence> {
  if (breaker.kind === "closed") law.noteSuccess(breaker.evidence, report);
  if (!isProbeOf(breaker, report.ticket)) return breaker;
  const succeeded = breaker.succeeded + 1;
  return succeeded >= law.half_open_requests
    ? { kind: "closed", round: breaker.round, evidence: law.begin() }
    : { ...breaker, out: breaker.out - 1, succeeded };
}

/**
 * No connection, a timeout, 5xx, 529, a stream that dies. One failed probe reopens; calls from before the breaker opened
 * tell it nothing new.
 */
export function fail<Evidence>(
  breaker: Breaker<Evidence>,
  law: Law<Evidence>,
  report: Report,
): Breaker<Evidence> {
  const opens =
    breaker.kind === "closed" ? law.noteFailure(breaker.evidence, report) : isProbeOf(breaker, report.ticket);
  return opens ? { kind: "open", round: breaker.round + 1, since: report.now } : breaker;
}

/** Ends a call that decided nothing: a hang-up before the first byte, a 4xx. Its probe is owed again. */
export function giveBack<Evidence>(breaker: Breaker<Evidence>, ticket: Ticket): Breaker<Evidence> {
  return isProbeOf(breaker, ticket) ? { ...breaker, out: breaker.out - 1 } : breaker;
}

/** What the caller has to tell of a change, or null when there is none: `breaker.opened` and its like. */
export function transition<Evidence>(before: Breaker<Evidence>, after: Breaker<Evidence>): Transition | null {
  if (before.kind === after.kind) return null;
  if (after.kind === "halfOpen") return "half_opened";
  return after.kind === "open" ? "opened" : "closed";
}

function isProbeOf<Evidence>(breaker: Breaker<Evidence>, ticket: Ticket): breaker is HalfOpen {
  return breaker.kind === "halfOpen" && breaker.round === ticket;
}
