import { describe, expect, test } from "bun:test";
import { dayStart, hourStart } from "../../server/core/calendar.ts";

const at = (text: string) => Date.parse(text);
const say = (instant: number) => new Date(instant).toISOString();

describe("an hour", () => {
  test.each([
    ["UTC", "2026-03-10T09:59:59.999Z", "2026-03-10T09:00:00.000Z"],
    ["UTC", "2026-03-10T10:00:00.000Z", "2026-03-10T10:00:00.000Z"],
    ["Asia/Kolkata", "2026-03-10T10:10:00.000Z", "2026-03-10T09:30:00.000Z"],
    ["Asia/Kathmandu", "2026-03-10T10:10:00.000Z", "2026-03-10T09:15:00.000Z"],
    ["America/St_Johns", "2026-01-10T10:10:00.000Z", "2026-01-10T09:30:00.000Z"],
  ])("in %s at %s began at %s", (zone, time, start) => {
    expect(say(hourStart(at(time), zone))).toBe(start);
  });

  test("that comes twice when clocks go back is two hours", () => {
    expect(say(hourStart(at("2026-10-25T00:30:00Z"), "Europe/Berlin"))).toBe("2026-10-25T00:00:00.000Z");
    expect(say(hourStart(at("2026-10-25T01:30:00Z"), "Europe/Berlin"))).toBe("2026-10-25T01:00:00.000Z");
  });

  test("begins at the change where clocks move by half an hour", () => {
    // Lord Howe goes from +11:00 to +10:30 at 15:00 UTC: 1:30 to 2:00 comes twice.
    expect(say(hourStart(at("2026-04-04T14:59:00Z"), "Australia/Lord_Howe"))).toBe(
      "2026-04-04T14:00:00.000Z",
    );
    expect(say(hourStart(at("2026-04-04T15:10:00Z"), "Australia/Lord_Howe"))).toBe(
      "2026-04-04T15:00:00.000Z",
    );
    expect(say(hourStart(at("2026-04-04T15:40:00Z"), "Australia/Lord_Howe"))).toBe(
      "2026-04-04T15:30:00.000Z",
    );
  });
});

describe("a day", () => {
  test.each([
    ["UTC", "2026-03-10T23:59:59.999Z", "2026-03-10T00:00:00.000Z"],
    ["Europe/Berlin", "2026-03-10T22:59:59.999Z", "2026-03-09T23:00:00.000Z"],
    ["Europe/Berlin", "2026-03-10T23:00:00.000Z", "2026-03-10T23:00:00.000Z"],
    ["America/Los_Angeles", "2026-07-01T06:59:59.999Z", "2026-06-30T07:00:00.000Z"],
    ["Pacific/Kiritimati", "2026-07-01T09:59:00.000Z", "2026-06-30T10:00:00.000Z"],
  ])("in %s at %s began at %s", (zone, time, start) => {
    expect(say(dayStart(at(time), zone))).toBe(start);
  });

  test("has 23 or 25 hours when clocks change", () => {
    const length = (from: string, to: string) =>
      (dayStart(at(to), "Europe/Berlin") - dayStart(at(from), "Europe/Berlin")) / 3_600_000;
    expect(length("2026-03-29T12:00:00Z", "2026-03-30T12:00:00Z")).toBe(23);
    expect(length("2026-10-25T12:00:00Z", "2026-10-26T12:00:00Z")).toBe(25);
  });

  test("begins at its first midnight when midnight comes twice, and at one when it does not come", () => {
    // Havana: 1:00 becomes 0:00 on 2026-11-01, and 0:00 becomes 1:00 on 2026-03-08 (both at 05:00 UTC).
    expect(say(dayStart(at("2026-11-01T05:30:00Z"), "America/Havana"))).toBe("2026-11-01T04:00:00.000Z");
    expect(say(dayStart(at("2026-03-08T12:00:00Z"), "America/Havana"))).toBe("2026-03-08T05:00:00.000Z");
  });
});

test("the answer does not depend on what was asked before", () => {
  const times = Array.from({ length: 200 }, (_, i) => at("2026-10-24T20:00:00Z") + i * 7 * 60_000);
  const forwards = times.map((t) => [hourStart(t, "Europe/Berlin"), dayStart(t, "Europe/Berlin")]);
  const backwards = times
    .toReversed()
    .map((t) => [hourStart(t, "Europe/Berlin"), dayStart(t, "Europe/Berlin")]);
  expect(backwards.toReversed()).toEqual(forwards);
});

test("a zone that does not exist is refused", () => {
  expect(() => hourStart(0, "Mars/Olympus")).toThrow(RangeError);
});
