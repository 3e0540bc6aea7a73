import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { parseInstant, parseTime } from "../../server/core/duration.ts";

const NOW = Date.parse("2026-01-10T12:00:00Z");
const iso = (instant: number | null) => (instant === null ? null : new Date(instant).toISOString());

describe("a time from outside", () => {
  test.each([
    ["2026-11-21", "2026-11-21T00:00:00.000Z"],
    ["2026-11-21T19:00", "2026-11-21T19:00:00.000Z"],
    ["2026-11-21 19:00", "2026-11-21T19:00:00.000Z"],
    ["2026-11-21 19:00:05", "2026-11-21T19:00:05.000Z"],
    ["2026-11-21T19:00:05.25Z", "2026-11-21T19:00:05.250Z"],
    ["2026-11-21T19:00+01:00", "2026-11-21T18:00:00.000Z"],
    ["2026-11-21 19:00:00 +0100", "2026-11-21T18:00:00.000Z"],
    ["2024-02-29", "2024-02-29T00:00:00.000Z"],
  ])("%s is %s, in whatever zone the machine is", (text, expected) => {
    expect(iso(parseTime(text))).toBe(expected);
  });

  test.each([
    "2026-02-30",
    "2026-02-30T10:00:00Z",
    "2025-02-29",
    "2026-13-01",
    "2026-11-21T25:00",
    "2026-11-21T19",
    "2026-11-21x",
    "21.11.2026",
    "",
  ])("%j is none", (text) => {
    expect([parseTime(text), parseInstant(text, NOW)]).toEqual([null, null]);
  });

  test("is every instant as it is written", () => {
    const date = fc.date({ min: new Date(0), max: new Date("9999-12-31T23:59:59Z"), noInvalidDate: true });
    fc.assert(fc.property(date, (at) => parseTime(at.toISOString()) === at.getTime()));
  });

  test("may be a span back from now, or now", () => {
    expect([parseInstant("24h", NOW), parseInstant("now", NOW)]).toEqual([NOW - 86_400_000, NOW]);
  });
});
