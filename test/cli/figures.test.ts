import { describe, expect, test } from "bun:test";
import {
  renderAge,
  renderCount,
  renderForeign,
  renderMoney,
  renderSpan,
  renderTime,
} from "../../server/cli/figures.ts";
import { NOW } from "./fake-terminal.ts";

describe("figures for people", () => {
  test.each([
    [null, "—"],
    [0, "$0"],
    [0.001234, "$0.001234"],
    [0.000_000_2, "<$0.000001"],
    [0.5, "$0.500000"],
    [1234.5, "$1,234.50"],
  ])("money %p is %s", (usd, text) => {
    expect(renderMoney(usd)).toBe(text);
  });

  test.each([
    [0, "0"],
    [9_999, "9999"],
    [12_345, "12.3K"],
    [4_567_000, "4.57M"],
    [2_000_000_000, "2B"],
  ])("a count of %p is %s", (count, text) => {
    expect(renderCount(count)).toBe(text);
  });

  test.each([
    [0, "0ms"],
    [850.4, "850ms"],
    [1_240, "1.2s"],
    [12_700, "13s"],
    [3_599_999, "59m"],
    [86_399_999, "23h"],
    [172_800_000, "2d"],
  ])("a span of %p ms is %s", (span, text) => {
    expect(renderSpan(span)).toBe(text);
  });

  test("an age is told in one unit, and not at all when there was nothing", () => {
    expect(renderAge("2026-01-31T11:59:52.600Z", NOW)).toBe("7s ago");
    expect(renderAge("2026-01-31T12:00:00Z", NOW)).toBe("now");
    expect(renderAge("2026-01-31T12:00:05Z", NOW)).toBe("now");
    expect(renderAge(null, NOW)).toBe("—");
  });

  test("a time is the journal's, readable", () => {
    expect(renderTime("2026-01-31T12:00:00.123Z")).toBe("2026-01-31 12:00:00Z");
  });

  test("text that agents wrote cannot steer the terminal", () => {
    expect(renderForeign("gpt\x1b[2J\u202Eevil\n")).toBe("gpt\uFFFD[2J\uFFFDevil\uFFFD");
  });
});
