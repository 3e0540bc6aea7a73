import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Rate } from "../../server/core/settings.ts";
import {
  type Bucket,
  check,
  createBucket,
  rebuild,
  remaining,
  resetIn,
  take,
} from "../../server/core/token-bucket.ts";

const NOW = Date.parse("2026-03-10T12:00:00Z");
const MINUTE = 60_000;
const perMinute = (count: number): Rate => ({ count, per: MINUTE });

/** Calls at once until one is refused, or `most` have passed. */
function burst(rate: Rate, bucket: Bucket, now: number, most = 1000): number {
  let passed = 0;
  while (passed < most && check(rate, bucket, now) === 0) {
    take(rate, bucket, now);
    passed++;
  }
  return passed;
}

/** Gaps between tries in milliseconds: bursts, trickles and pauses. */
const gaps = fc.array(
  fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 3_000 }), fc.integer({ min: 1, max: 200_000 })),
  {
    minLength: 1,
    maxLength: 150,
  },
);
const rates = fc.record({
  count: fc.integer({ min: 1, max: 40 }),
  per: fc.constantFrom(1_000, MINUTE, 86_400_000),
});

/** The times that pass when calls come after these gaps. */
function admitAll(rate: Rate, bucket: Bucket, waits: readonly number[]): number[] {
  const admitted: number[] = [];
  let now = bucket.at;
  for (const wait of waits) {
    now += wait;
    if (check(rate, bucket, now) > 0) continue;
    take(rate, bucket, now);
    admitted.push(now);
  }
  return admitted;
}

describe("a bucket", () => {
  test("lets a burst of the whole count through, then one call after each share of the time", () => {
    const rate = perMinute(6);
    const bucket = createBucket(rate, NOW);
    expect(burst(rate, bucket, NOW)).toBe(6);
    expect(check(rate, bucket, NOW)).toBe(10_000);
    expect(burst(rate, bucket, NOW + 9_999)).toBe(0);
    expect(burst(rate, bucket, NOW + 10_000)).toBe(1);
    expect(burst(rate, bucket, NOW + 25_000)).toBe(1);
    expect(burst(rate, bucket, NOW + 30_000)).toBe(1);
  });

  test("gives several calls at once as it gives them one by one, also what it does not have yet", () => {
    const rate = perMinute(6);
    const [bucket, other] = [createBucket(rate, NOW), createBucket(rate, NOW)];
    take(rate, bucket, NOW, 8);
    for (let call = 0; call < 8; call++) take(rate, other, NOW);
    expect(bucket).toEqual(other);
    expect(check(rate, bucket, NOW)).toBe(30_000);
  });

  test("is changed by no check", () => {
    const rate = perMinute(2);
    const bucket = createBucket(rate, NOW);
    const before = { ...bucket };
    for (let i = 0; i < 10; i++) check(rate, bucket, NOW + i);
    expect(bucket).toEqual(before);
  });

  test("is never fuller than its size, however long it rests", () => {
    const rate = perMinute(6);
    const bucket = createBucket(rate, NOW);
    expect(burst(rate, bucket, NOW + 100 * MINUTE)).toBe(6);
  });

  test("says what is left and when it is full again", () => {
    const rate = perMinute(6);
    const bucket = createBucket(rate, NOW);
    expect([remaining(rate, bucket, NOW), resetIn(rate, bucket, NOW)]).toEqual([6, 0]);
    burst(rate, bucket, NOW, 4);
    expect([remaining(rate, bucket, NOW), resetIn(rate, bucket, NOW)]).toEqual([2, 40_000]);
    expect([remaining(rate, bucket, NOW + 15_000), resetIn(rate, bucket, NOW + 15_000)]).toEqual([3, 25_000]);
  });

  test("without a limit lets everything pass, and starts full when it gets one", () => {
    const unlimited = perMinute(Number.POSITIVE_INFINITY);
    const bucket = createBucket(unlimited, NOW);
    expect(burst(unlimited, bucket, NOW, 500)).toBe(500);
    expect(remaining(unlimited, bucket, NOW)).toBe(Number.POSITIVE_INFINITY);
    expect(resetIn(unlimited, bucket, NOW)).toBe(0);
    expect(burst(perMinute(3), bucket, NOW)).toBe(3);
  });

  test("whose count is lowered under one still lets a call pass, at its slower pace", () => {
    const half = perMinute(0.5);
    const bucket = createBucket(half, NOW);
    expect(burst(half, bucket, NOW)).toBe(1);
    expect(check(half, bucket, NOW)).toBe(2 * MINUTE);
    expect(burst(half, bucket, NOW + 2 * MINUTE)).toBe(1);
  });

  test("keeps nobody waiting for a clock that was set back", () => {
    const rate = perMinute(6);
    const bucket = createBucket(rate, NOW);
    burst(rate, bucket, NOW);
    expect(burst(rate, bucket, NOW - 60 * MINUTE)).toBe(6);
    expect(check(rate, bucket, NOW - 60 * MINUTE)).toBe(10_000);
  });
});

describe("a rate that changes", () => {
  test("caps what is there to the new size, and grants nothing when it grows", () => {
    const bucket = createBucket(perMinute(100), NOW);
    expect(remaining(perMinute(10), bucket, NOW)).toBe(10);
    burst(perMinute(10), bucket, NOW, 4);
    expect(remaining(perMinute(100), bucket, NOW)).toBe(6);
  });
});

test("no interval sees more than the count and what is refilled within it", () => {
  fc.assert(
    fc.property(rates, gaps, (rate, waits) => {
      const times = admitAll(rate, createBucket(rate, NOW), waits);
      for (const [first, from] of times.entries()) {
        for (let last = first; last < times.length; last++) {
          const span = (times[last] ?? 0) - from;
          expect(last - first + 1).toBeLessThanOrEqual(rate.count + (span * rate.count) / rate.per + 1e-6);
        }
      }
    }),
  );
});

test("who waits as long as told passes, and who comes back before does not", () => {
  fc.assert(
    fc.property(rates, gaps, (rate, waits) => {
      const bucket = createBucket(rate, NOW);
      const end = (admitAll(rate, bucket, waits).at(-1) ?? NOW) + 7;
      burst(rate, bucket, end);
      const wait = check(rate, bucket, end);
      expect(wait).toBeGreaterThan(0);
      expect(check(rate, bucket, end + wait)).toBe(0);
      // Fractions of a call are rounded: by far less than a millisecond, but that may be the one.
      if (wait > 2) expect(check(rate, bucket, end + wait - 2)).toBeGreaterThan(0);
    }),
  );
});

describe("after a restart", () => {
  const rate = perMinute(6);

  test("a bucket holds what the lost one held", () => {
    const bucket = createBucket(rate, NOW);
    burst(rate, bucket, NOW, 5);
    burst(rate, bucket, NOW + 12_000, 1);
    const times = [NOW, NOW, NOW, NOW, NOW, NOW + 12_000];
    for (const since of [NOW - MINUTE, Number.NEGATIVE_INFINITY]) {
      const again = rebuild(rate, times, since);
      expect(remaining(rate, again, NOW + 20_000)).toBe(2);
      expect(resetIn(rate, again, NOW + 20_000)).toBe(resetIn(rate, bucket, NOW + 20_000));
    }
  });

  test("a bucket is empty where nothing is known of the time before, and full where it was quiet", () => {
    expect(remaining(rate, rebuild(rate, [], NOW), NOW)).toBe(0);
    expect(remaining(rate, rebuild(rate, [], NOW - MINUTE), NOW)).toBe(6);
    expect(remaining(rate, rebuild(rate, [], Number.NEGATIVE_INFINITY), NOW)).toBe(6);
  });

  test("calls that a higher rate let pass are no debt", () => {
    const times = Array.from({ length: 50 }, () => NOW);
    expect(check(rate, rebuild(rate, times, NOW - MINUTE), NOW)).toBe(10_000);
  });

  test("no bucket is fuller than the lost one, and when it was quiet before, none is emptier", () => {
    fc.assert(
      fc.property(
        rates,
        gaps,
        fc.nat(500_000),
        fc.integer({ min: 1, max: 4 }),
        (some, waits, pause, known) => {
          const bucket = createBucket(some, NOW);
          const times = admitAll(some, bucket, waits);
          const now = (times.at(-1) ?? NOW) + pause;
          const since = now - known * some.per;
          const again = rebuild(
            some,
            times.filter((time) => time >= since),
            since,
          );
          expect(remaining(some, again, now)).toBeLessThanOrEqual(remaining(some, bucket, now));
          if (since <= NOW - some.per) expect(remaining(some, again, now)).toBe(remaining(some, bucket, now));
        },
      ),
    );
  });
});
