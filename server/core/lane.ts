/**
 * Priority lanes (SPEC 12.6): which lane a call waits in, and which lane's turn it is when a slot is free. Pure, constant
 * time, no chance.
 */
import type { Priority } from "./settings.ts";
import { type Tier, tierLane } from "./trust-tier.ts";

/** Highest first; on equal terms the higher one goes. */
export const LANES: readonly Priority[] = ["high", "normal", "low"];

/** Turns of each lane out of twelve while all of them wait. */
export const WEIGHTS: Readonly<Record<Priority, number>> = { high: 8, normal: 3, low: 1 };

/** What decides the lane. */
export interface LaneFacts {
  /** The agent's configured `priority`. */
  readonly priority: Priority | null;
  readonly configuredPurpose: string | null;
  /** What the call itself says: whatever it is, it raises nothing (SPEC 4.6). */
  readonly declaredPurpose: string | null;
  readonly tier: Tier;
  /** Whether a gateway key proves the agent. */
  readonly hasKey: boolean;
}

/**
 * The lane of a call: the configured priority and nothing else, or what the configured purpose gives, or else trust. These
 * two a declared purpose can lower.
 */
export function chooseLane(facts: LaneFacts): Priority {
  if (facts.priority) return facts.priority;
  const given = purposeLane(facts.configuredPurpose) ?? tierLane(facts.tier, facts.hasKey);
  return purposeLane(facts.declaredPurpose) === "low" ? "low" : given;
}

function purposeLane(purpose: string | null): Priority | null {
  switch (purpose?.toLowerCase()) {
    case "production":
      return "high";
    case "ci":
    case "batch":
      return "low";
    default:
      return null;
  }
}

/** A number for each lane: calls that wait, or slots that they hold. */
export type PerLane = Readonly<Record<Priority, number>>;

/**
 * Whether a call of this lane may take one of `slots` (1 or more; Infinity for no limit). Low ones leave an eighth free,
 * at least one slot, to the others; where there is only one, they may have it, else they would starve.
 */
export function mayStart(lane: Priority, inUse: PerLane, slots: number): boolean {
  if (inUse.high + inUse.normal + inUse.low >= slots) return false;
  if (lane !== "low" || slots === Number.POSITIVE_INFINITY) return true;
  return inUse.low < Math.max(1, Math.floor(slots - Math.max(1, slots / 8)));
}

/**
 * Whose turn it is: stride scheduling. Each turn moves its lane ahead by a stride, the longer the lower the lane, and the
 * one furthest behind goes next. So a lane that waits ages with every turn of the others, and gets its own after 13 of
 * them at the latest. Plain data.
 */
export interface Turns {
  readonly next: Record<Priority, number>;
  /** Where the last turn began. A lane that had nobody waiting starts here: what it missed is not made up for. */
  reached: number;
}

/** The least number that all weights divide: strides stay whole and never drift. */
const CYCLE = 24;

export function createTurns(): Turns {
  return { next: { high: 0, normal: 0, low: 0 }, reached: 0 };
}

/** The lane whose longest waiting call may start now, or null when none may. Changes nothing. */
export function nextLane(turns: Turns, waiting: PerLane, inUse: PerLane, slots: number): Priority | null {
  let chosen: Priority | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const lane of LANES) {
    if (waiting[lane] === 0 || !mayStart(lane, inUse, slots)) continue;
    const start = startOf(turns, lane);
    if (start < least) {
      least = start;
      chosen = lane;
    }
  }
  return chosen;
}

/** Gives the lane its turn. Only for the one that `nextLane` named. */
export function takeTurn(turns: Turns, lane: Priority): void {
  turns.reached = startOf(turns, lane);
  turns.next[lane] = turns.reached + CYCLE / WEIGHTS[lane];
}

function startOf(turns: Turns, lane: Priority): number {
  return Math.max(turns.next[lane], turns.reached);
}
