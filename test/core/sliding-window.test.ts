import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  type Admissions,
  check,
  createAdmissions,
  remaining,
  resetIn,
  take,
  type WindowLimit,
} from "../../server/core/sliding-window.ts";

const NOW = Date.parse("2026-03-10T12:00:00Z");
const MINUTE = 60_000;
const inMinute = (max: number): WindowLimit => ({ max, window: MINUTE });

/** Whether a call at `now` passes; takes its place when it does. */
function call(limit: WindowLimit, admissions: Admissions, now: number): boolean {
  if (check(limit, admissions, now) > 0) return false;
  take(limit, admissions, now);
  return true;
}

const limits = fc.record({ max: fc.integer({ min: 1, max: 12 }), window: fc.constantFrom(1_000, MINUTE) });
const gaps = fc.array(
  fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 30_000 })),
  {
    minLength: 1,
    maxLength: 200,
  },
);

describe("a window", () => {
  test("refuses while it holds the maximum, and says when the oldest leaves", () => {
    const admissions = createAdmissions();
    for (const offset of [0, 10_000, 20_000]) expect(call(inMinute(3), admissions, NOW + offset)).toBe(true);
    expect(check(inMinute(3), admissions, NOW + 20_000)).toBe(40_000);
    expect(call(inMinute(3), admissions, NOW + 59_999)).toBe(false);
    expect(call(inMinute(3), admissions, NOW + 60_000)).toBe(true);
    expect(check(inMinute(3), admissions, NOW + 60_000)).toBe(10_000);
  });

  test("is not extended by the calls that it refuses", () => {
    const admissions = createAdmissions();
    call(inMinute(1), admissions, NOW);
    for (let offset = 1; offset < MINUTE; offset += 100) {
      expect(check(inMinute(1), admissions, NOW + offset)).toBe(MINUTE - offset);
    }
    expect(check(inMinute(1), admissions, NOW + MINUTE)).toBe(0);
  });

  test("says what is left and when it is empty", () => {
    const admissions = createAdmissions();
    expect([remaining(inMinute(5), admissions, NOW), resetIn(inMinute(5), admissions, NOW)]).toEqual([5, 0]);
    for (const offset of [0, 20_000, 40_000]) call(inMinute(5), admissions, NOW + offset);
    expect(remaining(inMinute(5), admissions, NOW + 50_000)).toBe(2);
    expect(resetIn(inMinute(5), admissions, NOW + 50_000)).toBe(50_000);
    expect(remaining(inMinute(5), admissions, NOW + 70_000)).toBe(3);
    expect(remaining(inMinute(5), admissions, NOW + 100_000)).toBe(5);
    expect(resetIn(inMinute(5), admissions, NOW + 100_000)).toBe(0);
  });

  test("whose maximum is no whole number counts as the whole one below, but never as none", () => {
    const admissions = createAdmissions();
    const passed = [1, 2, 3, 4].filter((offset) => call(inMinute(2.5), admissions, NOW + offset));
    expect(passed).toEqual([1, 2]);
    expect(call(inMinute(0.5), createAdmissions(), NOW)).toBe(true);
  });

  test("keeps nobody waiting for a clock that was set back", () => {
    const admissions = createAdmissions();
    call(inMinute(1), admissions, NOW);
    expect(check(inMinute(1), admissions, NOW - 60 * MINUTE)).toBe(0);
  });

  test("remembers no more than the maximum", () => {
    const admissions = createAdmissions();
    for (let i = 0; i < 1_000; i++) call(inMinute(7), admissions, NOW + i * 10_000);
    expect(admissions.times).toHaveLength(7);
  });
});

describe("a limit that changes", () => {
  test("is held against what is known when it is lowered", () => {
    const admissions = createAdmissions();
    for (const offset of [0, 10_000, 20_000, 30_000]) call(inMinute(4), admissions, NOW + offset);
    expect(check(inMinute(2), admissions, NOW + 30_000)).toBe(50_000);
    expect(remaining(inMinute(2), admissions, NOW + 30_000)).toBe(0);
  });

  test("lets only the difference pass when it is raised, even when the ring has gone round", () => {
    const admissions = createAdmissions();
    for (let i = 0; i < 5; i++) call(inMinute(3), admissions, NOW + i * 30_000);
    const now = NOW + 4 * 30_000;
    expect(remaining(inMinute(3), admissions, now)).toBe(1);
    const passed = [1, 2, 3, 4, 5].filter((offset) => call(inMinute(6), admissions, now + offset));
    expect(passed).toEqual([1, 2, 3, 4]);
  });

  test("looks further back when the window grows", () => {
    const admissions = createAdmissions();
    call(inMinute(1), admissions, NOW);
    expect(check({ max: 1, window: 5 * MINUTE }, admissions, NOW + 2 * MINUTE)).toBe(3 * MINUTE);
  });
});

test("no window of that length, wherever it lies, holds more than the maximum, whatever else the limit was", () => {
  fc.assert(
    fc.property(
      limits,
      gaps,
      fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 5 }),
      (limit, waits, lower) => {
        const admissions = createAdmissions();
        const times: number[] = [];
        let now = NOW;
        for (const [index, wait] of waits.entries()) {
          now += wait;
          // The limit in force never rises above the one that is held to.
          const max = Math.min(limit.max, lower[index % lower.length] ?? limit.max);
          if (call({ ...limit, max }, admissions, now)) times.push(now);
        }
        for (const [index, time] of times.entries()) {
          const ahead = times[index + limit.max];
          if (ahead !== undefined) expect(ahead - time).toBeGreaterThanOrEqual(limit.window);
        }
      },
    ),
  );
});

test("passes, refuses and counts as a list of every admission would", () => {
  fc.assert(
    fc.property(limits, gaps, (limit, waits) => {
      const admissions = createAdmissions();
      const all: number[] = [];
      let now = NOW;
      for (const wait of waits) {
        now += wait;
        const inside = all.filter((time) => time > now - limit.window);
        const oldest = inside[0] ?? 0;
        expect(remaining(limit, admissions, now)).toBe(limit.max - inside.length);
        expect(check(limit, admissions, now)).toBe(
          inside.length < limit.max ? 0 : oldest + limit.window - now,
        );
        if (call(limit, admissions, now)) all.push(now);
      }
    }),
  );
});
