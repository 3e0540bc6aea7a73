/**
 * Sliding window (SPEC 8): at most `max` calls within any `window`. A call is refused while the window holds that many;
 * refused calls do not extend it, because only `take` remembers. Pure: the clock is an argument. The limit may be
 * another one at each call: what is known is kept.
 */
import type { Instant, Millis } from "./duration.ts";

export interface WindowLimit {
  /** A fraction counts as the whole number below, but never under 1. */
  readonly max: number;
  readonly window: Millis;
}

/** Plain data: a ring of the last admissions, never longer than the greatest `max` so far. */
export interface Admissions {
  times: Instant[];
  /** Index of the oldest one, which is overwritten next; 0 until the ring is full. */
  oldest: number;
}

export function createAdmissions(): Admissions {
  return { times: [], oldest: 0 };
}

/** 0 when a call may pass, else how long until it may: until the oldest of the last `max` leaves the window. */
export function check(limit: WindowLimit, admissions: Admissions, now: Instant): Millis {
  const max = wholeMax(limit);
  if (admissions.times.length < max) return 0;
  const oldest = newest(admissions, max);
  // A clock that was set back by more than a window must not keep the door shut until it has caught up.
  return Math.abs(now - oldest) < limit.window ? oldest + limit.window - now : 0;
}

/** Remembers an admission, in constant time. Only after `check` said 0. */
export function take(limit: WindowLimit, admissions: Admissions, now: Instant): void {
  const { times, oldest } = admissions;
  if (times.length >= wholeMax(limit)) {
    times[oldest] = now;
    admissions.oldest = (oldest + 1) % times.length;
    return;
  }
  if (oldest > 0) {
    // The limit was raised: the ring is laid out from its oldest on, once, and grows on at its end.
    admissions.times = [...times.slice(oldest), ...times.slice(0, oldest)];
    admissions.oldest = 0;
  }
  admissions.times.push(now);
}

/** How many calls could pass now. */
export function remaining(limit: WindowLimit, admissions: Admissions, now: Instant): number {
  return Math.max(0, wholeMax(limit) - countWithin(limit, admissions, now));
}

/** How long until the window is empty, if nobody takes; 0 when it is. */
export function resetIn(limit: WindowLimit, admissions: Admissions, now: Instant): Millis {
  if (countWithin(limit, admissions, now) === 0) return 0;
  return newest(admissions, 1) + limit.window - now;
}

/** How many of the last admissions lie in the window. Logarithmic, as they are in order. */
function countWithin(limit: WindowLimit, admissions: Admissions, now: Instant): number {
  let inside = 0;
  let outside = admissions.times.length + 1;
  while (outside - inside > 1) {
    const middle = (inside + outside) >>> 1;
    if (Math.abs(now - newest(admissions, middle)) < limit.window) inside = middle;
    else outside = middle;
  }
  return inside;
}

/** The nth newest admission, counted from 1. There must be that many. */
function newest({ times, oldest }: Admissions, nth: number): Instant {
  return times[(oldest + times.length - nth) % times.length] ?? Number.NEGATIVE_INFINITY;
}

function wholeMax(limit: WindowLimit): number {
  return Math.max(1, Math.floor(limit.max));
}
