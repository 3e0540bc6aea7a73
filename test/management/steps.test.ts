import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { chooseStep, countSteps, listSteps } from "../../server/management/steps.ts";

const HOUR = 3_600_000;
const NOW = Date.parse("2026-03-30T12:20:30Z");
const BERLIN = "Europe/Berlin";
const back = (hours: number) => ({ from: NOW - hours * HOUR, to: NOW });
const times = (from: string, to: string, step: "1m" | "1h" | "1d", zone = BERLIN) => {
  const listed = listSteps({ from: Date.parse(from), to: Date.parse(to) }, step, zone);
  return [...listed.times, listed.end].map((time) => new Date(time).toISOString().slice(5, 16));
};

describe("steps", () => {
  test("are as short as is well seen and as is told", () => {
    expect([1, 3, 24, 168, 720, 24 * 365].map((hours) => chooseStep(back(hours), NOW))).toEqual([
      "1m",
      "1m",
      "1h",
      "1h",
      "1d",
      "1d",
    ]);
    // A single hour of last week is told by the hour alone.
    expect(chooseStep({ from: NOW - 168 * HOUR, to: NOW - 167 * HOUR }, NOW)).toBe("1h");
  });

  test("are the days of the zone, of 23 and 25 hours too, and the hours that it repeats or lacks", () => {
    expect(times("2026-03-28T12:00Z", "2026-03-30T12:00Z", "1d")).toEqual([
      "03-27T23:00",
      "03-28T23:00",
      "03-29T22:00",
      "03-30T22:00",
    ]);
    expect(times("2026-10-24T12:00Z", "2026-10-25T12:00Z", "1d")).toEqual([
      "10-23T22:00",
      "10-24T22:00",
      "10-25T23:00",
    ]);
    // From 02:00 to 01:30: half an hour that the clock tells twice.
    expect(times("2026-04-04T14:10Z", "2026-04-04T16:00Z", "1h", "Australia/Lord_Howe")).toEqual([
      "04-04T14:00",
      "04-04T15:00",
      "04-04T15:30",
      "04-04T16:30",
    ]);
    expect(times("2026-03-10T09:30:10Z", "2026-03-10T09:31:00.001Z", "1m")).toEqual([
      "03-10T09:30",
      "03-10T09:31",
      "03-10T09:32",
    ]);
  });

  test("cover the period without a gap, and are as many as were counted, give or take two", () => {
    const zone = fc.constantFrom("UTC", BERLIN, "Australia/Lord_Howe", "America/St_Johns", "Pacific/Apia");
    const from = fc.integer({ min: Date.parse("2011-12-01T00:00Z"), max: Date.parse("2026-12-01T00:00Z") });
    const step = fc.constantFrom("1h" as const, "1d" as const);
    fc.assert(
      fc.property(zone, from, fc.integer({ min: 1, max: 900 * HOUR }), step, (name, begin, length, of) => {
        const period = { from: begin, to: begin + length };
        const { times, end } = listSteps(period, of, name);
        expect(times[0]).toBeLessThanOrEqual(begin);
        expect(end).toBeGreaterThanOrEqual(begin + length);
        expect(times.every((time, i) => i === 0 || time > (times[i - 1] ?? 0))).toBe(true);
        expect(Math.abs(times.length - countSteps(period, of))).toBeLessThanOrEqual(2);
      }),
      { numRuns: 60 },
    );
  });
});
