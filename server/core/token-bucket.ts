/**
 * Token bucket (SPEC 8): a burst of up to `count` calls, refilled evenly within `per`. Pure: the clock is an argument.
 * `check` changes nothing; `take` is for the turn in which every check has passed. A rate may be another one at each
 * call: the level is then capped to the new size (SPEC 1.6).
 */
import type { Instant, Millis } from "./duration.ts";
import type { Rate } from "./settings.ts";

/** Plain data: how many calls were left when one was last taken. */
export interface Bucket {
  level: number;
  at: Instant;
}

/** Absorbs the rounding of fractions of a call; far below what anyone could gain by. */
const ROUNDING = 1e-9;

/** A full bucket. */
export function createBucket(rate: Rate, now: Instant): Bucket {
  return { level: size(rate), at: now };
}

/** 0 when a call may pass, else how long until it may, if nobody else takes before. */
export function check(rate: Rate, bucket: Bucket, now: Instant): Millis {
  const level = levelAt(rate, bucket, now);
  if (level >= 1 - ROUNDING) return 0;
  return Math.ceil((1 - level) * millisPerCall(rate));
}

/** Takes `count` calls out, after `check` said 0. Where that is more than are left, the next waits the longer. */
export function take(rate: Rate, bucket: Bucket, now: Instant, count = 1): void {
  bucket.level = levelAt(rate, bucket, now) - count;
  bucket.at = now;
}

/** Whole calls that could pass now. */
export function remaining(rate: Rate, bucket: Bucket, now: Instant): number {
  return Math.max(0, Math.floor(levelAt(rate, bucket, now) + ROUNDING));
}

/** How long until the bucket is full, if nobody takes; 0 when it is. */
export function resetIn(rate: Rate, bucket: Bucket, now: Instant): Millis {
  const level = levelAt(rate, bucket, now);
  return level < size(rate) ? Math.ceil((size(rate) - level) * millisPerCall(rate)) : 0;
}

/**
 * The bucket after a restart, from the times at which calls were admitted: ascending, and all from `since` on; -Infinity
 * when there were none before. It never holds more than the lost one did, so a restart grants nothing; it holds the same
 * when `per` passed without a call. So let `since` lie well before the last `per`.
 */
export function rebuild(rate: Rate, times: readonly Instant[], since: Instant): Bucket {
  // What went before is unknown and may have emptied it.
  const bucket: Bucket = { level: 0, at: since };
  for (const time of times) {
    take(rate, bucket, time);
    // Calls that an earlier, higher rate admitted are no debt.
    bucket.level = Math.max(0, bucket.level);
  }
  return bucket;
}

/** A clock that was set back counts as time passed: nobody waits for it to catch up. */
function levelAt(rate: Rate, bucket: Bucket, now: Instant): number {
  if (rate.count === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
  const refilled = Math.abs(now - bucket.at) / millisPerCall(rate);
  return Math.min(size(rate), bucket.level + refilled);
}

/** A share of a call could never pass: a count that trust has lowered under 1 refills slower, but holds one. */
function size(rate: Rate): number {
  return Math.max(1, rate.count);
}

function millisPerCall(rate: Rate): number {
  return rate.per / rate.count;
}
