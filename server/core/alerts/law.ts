/**
 * When an alert is told (SPEC 15): once per crossing and period, again after each repeat interval while it lasts, and once when
 * it is over. Pure: (memory, finding, terms, now) -> (memory, what to tell).
 */
import type { Instant, Millis } from "../duration.ts";

/** What is remembered of an alert that has been told and is not over. */
export interface Raised {
  /** What it was told for: a budget's window by its beginning, a trust tier. Another one is another crossing. */
  readonly period: string;
  readonly since: Instant;
  readonly toldAt: Instant;
  /** When it was last true. */
  readonly heldAt: Instant;
}

/** Whether the line is crossed now. Null, in place of one: nothing is known, so nothing changes. */
export type Finding = { readonly holds: true; readonly period: string } | { readonly holds: false };

export interface TellingTerms {
  readonly repeat: Millis | null;
  readonly recovery: boolean;
  /** How long it must have been untrue before it is over: what flickers is one alert. */
  readonly calm: Millis;
}

export interface Step {
  /** Null: not raised. The same object while nothing changed. */
  readonly memory: Raised | null;
  readonly tell: "raised" | "repeated" | "recovered" | null;
}

const QUIET: Step = { memory: null, tell: null };

/** The next step of one alert. A clock that was set back counts as time passed. */
export function step(
  memory: Raised | null,
  finding: Finding | null,
  terms: TellingTerms,
  now: Instant,
): Step {
  if (finding === null) return { memory, tell: null };
  if (!finding.holds) {
    if (memory === null) return QUIET;
    if (Math.abs(now - memory.heldAt) < terms.calm) return { memory, tell: null };
    return { memory: null, tell: terms.recovery ? "recovered" : null };
  }
  if (memory === null || memory.period !== finding.period) {
    return { memory: { period: finding.period, since: now, toldAt: now, heldAt: now }, tell: "raised" };
  }
  if (terms.repeat !== null && Math.abs(now - memory.toldAt) >= terms.repeat) {
    return { memory: { ...memory, toldAt: now, heldAt: now }, tell: "repeated" };
  }
  return { memory: memory.heldAt === now ? memory : { ...memory, heldAt: now }, tell: null };
}

/** What merely happens, such as a loop, has no end: it is told again only after this long where the rule does not say. */
const QUIET_AFTER_MOMENT: Millis = 15 * 60_000;

/** Whether a moment that was told is still so fresh that another one like it is not. */
export function isQuiet({ toldAt }: Pick<Raised, "toldAt">, repeat: Millis | null, now: Instant): boolean {
  return Math.abs(now - toldAt) < (repeat ?? QUIET_AFTER_MOMENT);
}

/** The next step of an alert of which a moment is told: it happened now. */
export function stepMoment(memory: Raised | null, repeat: Millis | null, now: Instant): Step {
  if (memory !== null && isQuiet(memory, repeat, now)) return { memory, tell: null };
  return { memory: { period: "", since: now, toldAt: now, heldAt: now }, tell: "raised" };
}
