/** Circuit breakers of one kind, by name (SPEC 9): they come with their first call and are bounded in number. */
import {
  type Breaker,
  check,
  createBreaker,
  fail,
  giveBack,
  type Law,
  type Report,
  succeed,
  type Transition,
  take,
  ticketOf,
  transition,
} from "../core/breaker.ts";
import type { Instant, Millis } from "../core/duration.ts";
import type { Place } from "./crossing.ts";

/** When a breaker opens and recovers, and how long it looks back. */
export interface Rules<Evidence> {
  readonly law: Law<Evidence>;
  readonly window: Millis;
}

/** How one breaker stands. */
export interface BreakerState {
  readonly name: string;
  /** Says `open` until a probe is out, even when its `reset_timeout` is over. */
  readonly state: "closed" | "open" | "half_open";
}

export interface Shelf<Target> {
  /** 0 when a call may pass, else how long to wait. Changes nothing. */
  check(target: Target, now: Instant): Millis;
  /** Takes the call's place, in the same turn as a `check` that said 0. */
  take(target: Target, now: Instant): Place;
  /** Those that have ever opened. */
  states(): BreakerState[];
}

export interface ShelfOptions<Target, Evidence> {
  /** How many breakers there are at most. */
  readonly most: number;
  nameOf(target: Target): string;
  /** Asked at each call: settings may change. */
  rulesOf(target: Target): Rules<Evidence>;
  /** Told of every change of state, with the target of the call that led to it. */
  onTransition(target: Target, transition: Transition, now: Instant): void;
}

interface Kept<Target, Evidence> {
  breaker: Breaker<Evidence>;
  /** That of the last call. */
  target: Target;
  /** When a call last took its place or reported. */
  usedAt: Instant;
  /** Calls that have reported nothing yet, probes among them. */
  waiting: number;
}

const STATE = { closed: "closed", open: "open", halfOpen: "half_open" } as const;

/** How long a breaker that nobody uses stays open after its `reset_timeout`, if its room is needed. */
const ABANDONED_AFTER: Millis = 10 * 60_000;

/** For a call whose breaker found no room. */
const UNWATCHED: Place = { succeed() {}, fail() {}, giveBack() {} };

/**
 * No breakers yet. When there are as many as there may be, a newcomer gets the room of the one unused longest that has
 * nothing to tell any more: closed with nothing in its window, or abandoned by its callers, which closes it. Where there
 * is none, the newcomer's calls pass unwatched.
 */
export function createShelf<Target extends { readonly agent: string }, Evidence>(
  options: ShelfOptions<Target, Evidence>,
): Shelf<Target> {
  const { most, nameOf, rulesOf } = options;
  const shelf = new Map<string, Kept<Target, Evidence>>();

  function keep(target: Target, now: Instant): Kept<Target, Evidence> | null {
    const name = nameOf(target);
    const known = shelf.get(name);
    if (known) return known;
    if (shelf.size >= most && !makeRoom(now)) return null;
    const breaker = createBreaker(rulesOf(target).law);
    const kept: Kept<Target, Evidence> = { breaker, target, usedAt: now, waiting: 0 };
    shelf.set(name, kept);
    return kept;
  }

  function makeRoom(now: Instant): boolean {
    let oldest: Kept<Target, Evidence> | null = null;
    for (const kept of shelf.values()) {
      if (isForgettable(kept, now) && (oldest === null || kept.usedAt < oldest.usedAt)) oldest = kept;
    }
    if (oldest === null) return false;
    shelf.delete(nameOf(oldest.target));
    if (oldest.breaker.kind !== "closed") options.onTransition(oldest.target, "closed", now);
    return true;
  }

  function isForgettable(
    { breaker, target, usedAt, waiting }: Kept<Target, Evidence>,
    now: Instant,
  ): boolean {
    if (waiting > 0) return false;
    const { law, window } = rulesOf(target);
    const memory = breaker.kind === "closed" ? window : law.reset_timeout + ABANDONED_AFTER;
    // A clock that was set back counts as time passed, as it does for the breakers.
    return Math.abs(now - usedAt) >= memory;
  }

  function change(
    kept: Kept<Target, Evidence>,
    target: Target,
    after: Breaker<Evidence>,
    now: Instant,
  ): void {
    const changed = transition(kept.breaker, after);
    kept.breaker = after;
    kept.target = target;
    kept.usedAt = now;
    if (changed) options.onTransition(target, changed, now);
  }

  return {
    check(target, now) {
      const kept = shelf.get(nameOf(target));
      if (!kept) return 0;
      const passage = check(kept.breaker, rulesOf(target).law, now);
      return passage.pass ? 0 : passage.retryAfter;
    },

    take(target, now) {
      const kept = keep(target, now);
      if (!kept) return UNWATCHED;
      const { law } = rulesOf(target);
      change(kept, target, take(kept.breaker), now);
      kept.waiting += 1;
      const ticket = ticketOf(kept.breaker);
      const report = (at: Instant, begun: boolean): Report => ({
        ticket,
        agent: target.agent,
        now: at,
        begun,
      });
      return {
        succeed(at) {
          kept.waiting -= 1;
          change(kept, target, succeed(kept.breaker, law, report(at, false)), at);
        },
        fail(at, begun) {
          if (!begun) kept.waiting -= 1;
          // A stream may outlive its breaker's room: there is nobody left to tell then.
          if (shelf.get(nameOf(target)) !== kept) return;
          change(kept, target, fail(kept.breaker, law, report(at, begun)), at);
        },
        giveBack() {
          kept.waiting -= 1;
          kept.breaker = giveBack(kept.breaker, ticket);
        },
      };
    },

    states: () =>
      [...shelf].flatMap(([name, { breaker }]) =>
        breaker.kind === "closed" && breaker.round === 0 ? [] : [{ name, state: STATE[breaker.kind] }],
      ),
  };
}
