import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { dayStart, hourStart } from "../../server/core/calendar.ts";
import { splitPeriod, widenToHours } from "../../server/management/period.ts";

const HOUR = 3_600_000;
const BERLIN = "Europe/Berlin";
const at = (time: string) => Date.parse(time);

describe("a period", () => {
  test("is widened to the whole hours that it touches, and left as it is where it is whole", () => {
    const whole = { from: at("2026-03-10T09:00Z"), to: at("2026-03-10T11:00Z") };
    expect(
      widenToHours({ from: at("2026-03-10T09:59Z"), to: at("2026-03-10T10:00:00.001Z") }, "UTC"),
    ).toEqual(whole);
    expect(widenToHours(whole, "UTC")).toEqual(whole);
  });

  test("begins hours where the zone does", () => {
    const { from, to } = widenToHours(
      { from: at("2026-03-10T09:20Z"), to: at("2026-03-10T09:40Z") },
      "Asia/Kolkata",
    );
    expect([from, to]).toEqual([at("2026-03-10T08:30Z"), at("2026-03-10T10:30Z")]);
  });

  test("is told by days where it holds whole ones, by hours beside them", () => {
    // The night of 29 March loses an hour: its day begins at 23:00 UTC and ends at 22:00.
    const parts = splitPeriod({ from: at("2026-03-28T20:00Z"), to: at("2026-03-30T23:00Z") }, BERLIN);
    expect(parts).toEqual([
      { grain: "hours", from: at("2026-03-28T20:00Z"), to: at("2026-03-28T23:00Z") },
      { grain: "days", from: at("2026-03-28T23:00Z"), to: at("2026-03-30T22:00Z") },
      { grain: "hours", from: at("2026-03-30T22:00Z"), to: at("2026-03-30T23:00Z") },
    ]);
    const short = { from: at("2026-03-28T20:00Z"), to: at("2026-03-29T20:00Z") };
    expect(splitPeriod(short, BERLIN)).toEqual([{ grain: "hours", ...short }]);
  });

  test("is the sum of its parts, whatever the zone", () => {
    const zone = fc.constantFrom("UTC", BERLIN, "America/St_Johns", "Australia/Lord_Howe", "America/Havana");
    const time = fc.integer({ min: at("2026-01-01T00:00Z"), max: at("2027-01-01T00:00Z") });
    fc.assert(
      fc.property(zone, time, fc.integer({ min: 1, max: 200 * HOUR }), (name, from, length) => {
        const period = widenToHours({ from, to: from + length }, name);
        expect(period.from).toBeLessThanOrEqual(from);
        expect(period.to).toBeGreaterThanOrEqual(from + length);
        const parts = splitPeriod(period, name);
        const edges = parts.flatMap((part) => [part.from, part.to]);
        expect(edges.at(0)).toBe(period.from);
        expect(edges.at(-1)).toBe(period.to);
        for (const [index, part] of parts.entries()) {
          expect(part.from).toBe(parts[index - 1]?.to ?? period.from);
          const startOf = part.grain === "days" ? dayStart : hourStart;
          expect([startOf(part.from, name), startOf(part.to, name)]).toEqual([part.from, part.to]);
        }
      }),
      { numRuns: 60 },
    );
  });
});
