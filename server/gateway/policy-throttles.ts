/** What the throttles that hold mean for a call: a wait, a place in their buckets, a delay (SPEC 10). */
import type { Instant, Millis } from "../core/duration.ts";
import { check, take } from "../core/token-bucket.ts";
import type { Throttle } from "./policies.ts";

/** How long a call has to wait for the rates of the throttles that hold; 0 when it may pass. Changes nothing. */
export function checkThrottles(throttles: readonly Throttle[], now: Instant): Millis {
  let wait = 0;
  for (const { policy, memory } of throttles) {
    const { rate } = policy.settings.params;
    if (rate && memory.bucket) wait = Math.max(wait, check(rate, memory.bucket, now));
  }
  return wait;
}

/** Takes a call's place in every throttle that holds. Only after `checkThrottles` said 0. */
export function takeThrottles(throttles: readonly Throttle[], now: Instant): void {
  for (const { policy, memory } of throttles) {
    const { rate } = policy.settings.params;
    if (rate && memory.bucket) take(rate, memory.bucket, now);
  }
}

/** How long each call is held back before it is forwarded: the longest `delay_ms` of the throttles that hold. */
export function delayOf(throttles: readonly Throttle[]): Millis {
  let delay = 0;
  for (const { policy } of throttles) delay = Math.max(delay, policy.settings.params.delay_ms ?? 0);
  return delay;
}
