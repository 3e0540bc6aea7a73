/** Token buckets across configurations: what was taken stays taken. */
import { describe, expect, test } from "bun:test";
import type { Rate } from "../../server/core/settings.ts";
import { remaining, take } from "../../server/core/token-bucket.ts";
import { fitBuckets, type KeptBucket } from "../../server/gateway/buckets.ts";

const NOW = Date.UTC(2026, 0, 15, 12);
const perMinute = (count: number): Rate => ({ count, per: 60_000 });
const perHour = (count: number): Rate => ({ count, per: 3_600_000 });

/** Buckets of these rates, out of each of which so many calls were taken. */
function used(rates: readonly Rate[], calls: number): readonly KeptBucket[] {
  const buckets = fitBuckets([], rates, NOW);
  for (const [index, rate] of rates.entries()) {
    const bucket = buckets[index];
    for (let call = 0; bucket && call < calls; call++) take(rate, bucket, NOW);
  }
  return buckets;
}

/** How many calls each rate leaves once the buckets were fitted to them. */
function left(kept: readonly KeptBucket[], rates: readonly Rate[]): number[] {
  const buckets = fitBuckets(kept, rates, NOW);
  return rates.map((rate, index) => {
    const bucket = buckets[index];
    return bucket ? remaining(rate, bucket, NOW) : Number.NaN;
  });
}

describe("buckets of a changed configuration", () => {
  test("are the very same while the periods are", () => {
    const kept = used([perMinute(5), perHour(9)], 1);
    expect(fitBuckets(kept, [perMinute(7), perHour(2)], NOW)).toBe(kept);
  });

  test("hold no more than their new size, and a larger one begins with what was left", () => {
    const kept = used([perMinute(10)], 4);
    expect(left(kept, [perMinute(3)])).toEqual([3]);
    expect(left(kept, [perMinute(100)])).toEqual([6]);
  });

  test("follow their period where a rate is added before them, or the order changes", () => {
    const kept = used([perMinute(5)], 5);
    expect(left(kept, [perHour(9), perMinute(5)])).toEqual([9, 0]);
    const both = used([perMinute(5), perHour(9)], 5);
    expect(left(both, [perHour(9), perMinute(5)])).toEqual([4, 0]);
  });

  test("grant nothing anew where only the period is another one", () => {
    expect(left(used([perMinute(5)], 5), [perHour(9)])).toEqual([0]);
    expect(left(used([perMinute(5)], 2), [perHour(2)])).toEqual([2]);
  });

  test("remember a rate that was taken out and put back, and stay as many as there ever were at once", () => {
    let kept = used([perMinute(5), perHour(9)], 5);
    for (let round = 0; round < 10; round++) {
      kept = fitBuckets(kept, [perHour(9)], NOW);
      kept = fitBuckets(kept, [perMinute(5), perHour(9)], NOW);
    }
    expect([kept.length, left(kept, [perMinute(5), perHour(9)])]).toEqual([2, [0, 4]]);
  });

  test("of two rates of one period are two", () => {
    const kept = used([perMinute(5), perMinute(8)], 5);
    expect(left(kept, [perMinute(5), perMinute(8)])).toEqual([0, 3]);
  });
});
