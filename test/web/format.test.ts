import { describe, expect, test } from "bun:test";
import {
  formatAgo,
  formatCap,
  formatCost,
  formatLatency,
  formatPace,
  formatShare,
  formatShort,
  formatSpan,
  formatUsd,
  formatWatched,
  formatWholeShare,
} from "../../web/src/format.ts";

describe("figures", () => {
  test.each([
    [0, "$0.00"],
    [0.0000004, "<$0.000001"],
    [0.000017, "$0.000017"],
    [0.0042, "$0.0042"],
    [12.345, "$12.35"],
    [1204.2, "$1,204"],
    [2_500_000, "$2.5M"],
  ])("%p USD reads %p", (usd, text) => expect(formatUsd(usd)).toBe(text));

  test.each([
    [40, "$40"],
    [2000, "$2,000"],
    [2.5, "$2.50"],
    [0.004, "$0.0040"],
    [0, "$0"],
  ])("a cap of %p USD reads %p", (usd, text) => expect(formatCap(usd)).toBe(text));

  test.each([
    [2.135, "$2.13/min"],
    [0.5194, "$0.52/min"],
    [0.0081, "$0.0081/min"],
  ])("%p USD spent a minute read %p", (usd, text) => expect(formatPace(usd)).toBe(text));

  test("unknown cost is never shown as nothing", () => {
    expect(formatCost(0, 3, 3)).toBe("unknown");
    expect(formatCost(1.5, 3, 1)).toBe("≥ $1.50");
    expect(formatCost(1.5, 3, 0)).toBe("$1.50");
    expect(formatCost(0, 0, 3)).toBe("$0.00");
  });

  test.each([
    [99_999, "99,999"],
    [100_000, "100K"],
    [12_480_000, "12.5M"],
  ])("%p fits its column as %p", (count, text) => expect(formatShort(count)).toBe(text));

  test("shares are percent with one decimal at most", () => {
    expect(formatShare(0.1591)).toBe("15.9%");
    expect(formatShare(1)).toBe("100%");
    expect(formatWholeShare(0.1591)).toBe("16%");
  });
});

describe("time", () => {
  test("the sparklines tell of ten minutes only once those were watched", () => {
    expect(formatWatched(null)).toBe("in the last ten minutes");
    expect(formatWatched(new Date(2026, 0, 10, 14, 3, 27).getTime())).toBe("since 14:03:27");
  });

  test.each([
    [340, "340 ms"],
    [2400, "2.4 s"],
    [80_000, "1 min 20 s"],
  ])("a call of %p ms took %p", (milliseconds, text) => expect(formatLatency(milliseconds)).toBe(text));

  test.each([
    [45_900, "45 s"],
    [3_600_000, "1 h"],
    [12 * 86_400_000 + 4 * 3_600_000, "12 d 4 h"],
    [-5, "0 s"],
  ])("%p ms of uptime read %p", (milliseconds, text) => expect(formatSpan(milliseconds)).toBe(text));

  test.each([
    [500, "now"],
    [-3000, "now"],
    [12_000, "12 s ago"],
    [180_000, "3 min ago"],
    [7_200_000, "2 h ago"],
    [200_000_000, "2 d ago"],
  ])("%p ms back is %p", (milliseconds, text) => expect(formatAgo(1e12 - milliseconds, 1e12)).toBe(text));
});
