/** Everything that must have moved on by an instant, and the one timer that ends what has not. No timer per call. */
import type { Instant, Millis } from "../core/duration.ts";

/** Something under way with a deadline, which its owner moves on at every progress. */
export interface Watched {
  readonly deadline: Instant;
  /** Called by the sweep after the deadline. */
  expire(): void;
}

export interface Watchdog {
  watch(what: Watched): void;
  release(what: Watched): void;
  /** Ends what is overdue; called by the timer. */
  sweep(now: Instant): void;
  /** What is under way now: a shutdown whose grace is over ends it. */
  all(): readonly Watched[];
}

/** Calls back each period until the returned function is called. */
export type Every = (period: Millis, run: () => void) => () => void;

const SWEEP: Millis = 250;

/**
 * The timer runs only while something is watched, so that an idle gateway sleeps. A clock that was set back counts as time
 * passed: nobody is under way, or holds what others wait for, until it has caught up.
 */
export function createWatchdog(now: () => Instant, every: Every): Watchdog {
  const watched = new Set<Watched>();
  let halt: (() => void) | null = null;
  let sweptAt = now();

  const watchdog: Watchdog = {
    watch(what) {
      watched.add(what);
      if (halt !== null) return;
      sweptAt = now();
      halt = every(SWEEP, () => watchdog.sweep(now()));
    },
    release(what) {
      watched.delete(what);
    },
    sweep(at) {
      const reached = sweptAt + Math.abs(at - sweptAt);
      sweptAt = at;
      for (const what of watched) if (reached >= what.deadline) what.expire();
      if (watched.size > 0) return;
      halt?.();
      halt = null;
    },
    all: () => [...watched],
  };
  return watchdog;
}
