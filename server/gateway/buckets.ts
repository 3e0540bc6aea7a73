/** An agent's token buckets across configurations (SPEC 1.6): what was taken stays taken when the rates change. Pure. */
import type { Instant, Millis } from "../core/duration.ts";
import type { Rate } from "../core/settings.ts";
import { type Bucket, createBucket, rebuild } from "../core/token-bucket.ts";

/** A bucket, and the period of the rate that it serves. */
export interface KeptBucket extends Bucket {
  per: Millis;
}

/**
 * A bucket for each rate, in their order; then those that serve none at present. One of the same period goes on as it is.
 * Else one that serves none takes the rate over, so that another rate grants nothing anew. A further rate begins with a
 * full one.
 */
export function fitBuckets(
  kept: readonly KeptBucket[],
  rates: readonly Rate[],
  now: Instant,
): readonly KeptBucket[] {
  if (rates.every(({ per }, index) => kept[index]?.per === per)) return kept;
  const free = [...kept];
  const same = rates.map(({ per }) => {
    const index = free.findIndex((bucket) => bucket.per === per);
    return index < 0 ? undefined : free.splice(index, 1)[0];
  });
  const fitting = rates.map((rate, index) => {
    const bucket = same[index] ?? free.shift() ?? createBucket(rate, now);
    return Object.assign(bucket, { per: rate.per });
  });
  return [...fitting, ...free];
}

/** The buckets after a restart, as `rebuild` makes each. */
export function rebuildBuckets(
  rates: readonly Rate[],
  times: readonly Instant[],
  since: Instant,
): readonly KeptBucket[] {
  return rates.map((rate) => Object.assign(rebuild(rate, times, since), { per: rate.per }));
}
