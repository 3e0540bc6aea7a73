/**
 * Whether a call may pass: the gates in their order (SPEC 6.1). The first that says no wins: a refusal is final for this
 * attempt, an obstacle passes. The gates change nothing; what the call needs is taken by `take`, in the same turn.
 */
import type { Refusal } from "../core/refusal.ts";
import type { Admission, Arrival } from "./arrival.ts";
import type { Obstacle } from "./entrance.ts";
import { modelAllowed, providerEnabled } from "./gates/access.ts";
import { audited, known, open, roomForOneMore } from "./gates/early.ts";
import { accountable, withinBudget, withinQuota } from "./gates/money.ts";
import { withinRates } from "./gates/rates.ts";
import { active, notLooping, permitted, trusted, withinHours } from "./gates/standing.ts";
import { slotFree, upstreamHealthy } from "./gates/upstream.ts";

type Gate = (arrival: Arrival) => Refusal | Obstacle | null;

/**
 * The gates that need only headers: they run before the body is read, and again after it. Those that may be told as a
 * reply are not among them: its form depends on what the body asks for.
 */
const EARLY: readonly ((admission: Admission) => Refusal | null)[] = [open, audited, known, roomForOneMore];

/** The gates in their order (SPEC 6.1). */
const ALL: readonly Gate[] = [
  ...EARLY,
  active,
  withinHours,
  trusted,
  modelAllowed,
  providerEnabled,
  permitted,
  notLooping,
  withinRates,
  accountable,
  withinQuota,
  withinBudget,
  upstreamHealthy,
  slotFree,
];

/** Runs the gates that need no body. Null: the call may go on. */
export function admitEarly(admission: Admission): Refusal | null {
  for (const gate of EARLY) {
    const refused = gate(admission);
    if (refused) return refused;
  }
  return null;
}

/** Runs every gate. */
export function admit(arrival: Arrival): Refusal | Obstacle | null {
  for (const gate of ALL) {
    const stopped = gate(arrival);
    if (stopped) return stopped;
  }
  return null;
}
