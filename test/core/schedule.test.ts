import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { isAllowed, opensAt } from "../../server/core/schedule.ts";
import type { AllowedHours } from "../../server/core/settings.ts";

const at = (text: string) => Date.parse(text);
const say = (instant: number) => new Date(instant).toISOString();

const NIGHT: AllowedHours = { start: 22, end: 6 };
const DAY: AllowedHours = { start: 9, end: 17 };

describe("allowed hours", () => {
  test.each<[AllowedHours, string, string, boolean]>([
    [DAY, "UTC", "2026-03-10T08:59:59.999Z", false],
    [DAY, "UTC", "2026-03-10T09:00:00.000Z", true],
    [DAY, "UTC", "2026-03-10T16:59:59.999Z", true],
    [DAY, "UTC", "2026-03-10T17:00:00.000Z", false],
    [NIGHT, "UTC", "2026-03-10T21:59:59.999Z", false],
    [NIGHT, "UTC", "2026-03-10T22:00:00.000Z", true],
    [NIGHT, "UTC", "2026-03-10T00:00:00.000Z", true],
    [NIGHT, "UTC", "2026-03-10T05:59:59.999Z", true],
    [NIGHT, "UTC", "2026-03-10T06:00:00.000Z", false],
    [{ start: 18, end: 24 }, "UTC", "2026-03-10T23:59:59.999Z", true],
    [{ start: 18, end: 24 }, "UTC", "2026-03-10T00:00:00.000Z", false],
    [{ start: 18, end: 0 }, "UTC", "2026-03-10T23:59:59.999Z", true],
    [DAY, "Asia/Kathmandu", "2026-03-10T03:14:59.999Z", false],
    [DAY, "Asia/Kathmandu", "2026-03-10T03:15:00.000Z", true],
  ])("%p in %s at %s: %p", (hours, zone, time, allowed) => {
    expect(isAllowed(hours, zone, at(time))).toBe(allowed);
  });

  test("that are refused say when they begin", () => {
    expect(say(opensAt(DAY, "Europe/Berlin", at("2026-03-10T16:00:00Z")))).toBe("2026-03-11T08:00:00.000Z");
    expect(say(opensAt(NIGHT, "Asia/Kathmandu", at("2026-03-10T03:00:00Z")))).toBe(
      "2026-03-10T16:15:00.000Z",
    );
  });

  test("that hold now begin now", () => {
    const now = at("2026-03-10T23:12:34.567Z");
    expect(opensAt(NIGHT, "UTC", now)).toBe(now);
  });

  test("that daylight saving skips begin a day later", () => {
    // Berlin: 2:00 becomes 3:00 on 2026-03-29 at 01:00 UTC.
    const skipped = { start: 2, end: 3 };
    expect(isAllowed(skipped, "Europe/Berlin", at("2026-03-29T01:00:00Z"))).toBe(false);
    expect(say(opensAt(skipped, "Europe/Berlin", at("2026-03-28T03:00:00Z")))).toBe(
      "2026-03-30T00:00:00.000Z",
    );
  });

  test("that daylight saving repeats last for both", () => {
    // Berlin: 3:00 becomes 2:00 on 2026-10-25 at 01:00 UTC.
    const repeated = { start: 2, end: 3 };
    expect(isAllowed(repeated, "Europe/Berlin", at("2026-10-25T00:30:00Z"))).toBe(true);
    expect(isAllowed(repeated, "Europe/Berlin", at("2026-10-25T01:30:00Z"))).toBe(true);
    expect(isAllowed(repeated, "Europe/Berlin", at("2026-10-25T02:00:00Z"))).toBe(false);
  });

  test("that end shortly before clocks go back behind their end begin again", () => {
    // Troll: 3:00 becomes 1:00 on 2026-10-25 at 01:00 UTC.
    const early = { start: 20, end: 2 };
    expect(isAllowed(early, "Antarctica/Troll", at("2026-10-25T00:00:00Z"))).toBe(false);
    expect(say(opensAt(early, "Antarctica/Troll", at("2026-10-25T00:10:00Z")))).toBe(
      "2026-10-25T01:00:00.000Z",
    );
  });

  test("in a zone that does not exist are refused", () => {
    expect(() => isAllowed(DAY, "Mars/Olympus", 0)).toThrow(RangeError);
    expect(() => opensAt(DAY, "Mars/Olympus", 0)).toThrow(RangeError);
  });
});

describe("against a clock read minute by minute", () => {
  const MINUTE = 60_000;
  /** Enough for a day on which the hours do not come, and the one after. */
  const MINUTES = 5 * 24 * 60;

  /** Two days before a change of clocks, or an ordinary time. */
  const PERIODS: readonly (readonly [zone: string, from: string])[] = [
    ["UTC", "2026-03-08T00:00:00Z"],
    ["Europe/Berlin", "2026-03-27T12:00:00Z"],
    ["Europe/Berlin", "2026-10-23T12:00:00Z"],
    ["America/New_York", "2026-03-06T12:00:00Z"],
    ["America/New_York", "2026-10-30T12:00:00Z"],
    ["America/Havana", "2026-03-06T12:00:00Z"],
    ["America/Havana", "2026-10-30T12:00:00Z"],
    ["America/St_Johns", "2026-10-30T12:00:00Z"],
    ["Australia/Lord_Howe", "2026-04-02T12:00:00Z"],
    ["Australia/Lord_Howe", "2026-10-01T12:00:00Z"],
    ["Antarctica/Troll", "2026-03-27T12:00:00Z"],
    ["Antarctica/Troll", "2026-10-23T12:00:00Z"],
    ["Asia/Kathmandu", "2026-06-01T12:00:00Z"],
  ];

  const clocks = PERIODS.map(([zone, from]) => {
    const clock = new Intl.DateTimeFormat("sv-SE", {
      timeZone: zone,
      dateStyle: "short",
      timeStyle: "short",
    });
    const hourAt = (minute: number) => Number(clock.format(at(from) + minute * MINUTE).slice(11, 13));
    return { zone, from: at(from), hours: Array.from({ length: MINUTES }, (_, minute) => hourAt(minute)) };
  });

  /** Steps through the hours of the day from `start` until `end`. */
  function lists({ start, end }: AllowedHours, hour: number): boolean {
    for (let each = start; each !== end % 24; each = (each + 1) % 24) if (each === hour) return true;
    return false;
  }

  const hours = fc
    .record({ start: fc.nat(23), end: fc.nat(24) })
    .filter(({ start, end }) => start !== end && !(start === 0 && end === 24));

  test("they are allowed in the same minutes, and begin in the same one", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...clocks),
        hours,
        fc.nat(MINUTES - 3 * 24 * 60),
        fc.nat(MINUTE - 1),
        (clock, given, minute, rest) => {
          const now = clock.from + minute * MINUTE + rest;
          const opens = clock.hours.findIndex((hour, index) => index >= minute && lists(given, hour));
          expect(isAllowed(given, clock.zone, now)).toBe(opens === minute);
          expect(opensAt(given, clock.zone, now)).toBe(opens === minute ? now : clock.from + opens * MINUTE);
        },
      ),
      { numRuns: 3_000 },
    );
  });
});
