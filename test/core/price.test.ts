import { expect, test } from "bun:test";
import { matchesGlob } from "../../server/core/glob.ts";
import { clampUsage, costAt, roundCost } from "../../server/core/price.ts";
import { estimateUsage, UNKNOWN_USAGE } from "../../server/core/usage.ts";

test("a part is never more than its whole, and nothing is less than nothing", () => {
  const given = {
    ...UNKNOWN_USAGE,
    inputTokens: 347,
    cachedTokens: 403,
    cacheWriteTokens: 9,
    outputTokens: -9,
  };
  expect(clampUsage(given)).toMatchObject({ input: 347, cached: 347, cacheWrite: 0, output: 0 });
  expect(clampUsage(UNKNOWN_USAGE)).toMatchObject({ input: 0, output: 0 });
});

test("cached tokens that are not billed are not discounted again", () => {
  const given = { ...UNKNOWN_USAGE, inputTokens: 700, cachedTokens: 400, billing: { inputTokens: 227 } };
  expect(clampUsage(given)).toMatchObject({ input: 227, cached: 0 });
});

test("a cost is rounded half up, whatever binary fractions make of the half", () => {
  const price = { input: 0.0003, output: 0, cache_read: null, cache_write: null };
  const costOf = (inputTokens: number) =>
    roundCost(costAt(price, clampUsage({ ...UNKNOWN_USAGE, inputTokens })));
  expect(costOf(5)).toBe(2);
  expect(costOf(45)).toBe(14);
  expect(costOf(4)).toBe(1);
  expect(roundCost(0)).toBe(0);
});

test("an estimate counts three bytes a token and adds what the template costs", () => {
  expect(estimateUsage(10, 4, 40)).toEqual({ ...UNKNOWN_USAGE, inputTokens: 44, outputTokens: 2 });
});

test("a glob's star stands for anything, and case does not count", () => {
  expect(matchesGlob("gpt-4*", "GPT-4o")).toBe(true);
  expect(matchesGlob("*", "")).toBe(true);
  expect(matchesGlob("*mini*", "gpt-4o-mini-2024")).toBe(true);
  expect(matchesGlob("a*b*c", "a-b-b-c")).toBe(true);
  expect(matchesGlob("gpt-4", "gpt-4o")).toBe(false);
  expect(matchesGlob("a.c", "abc")).toBe(false);
  expect(matchesGlob("", "a")).toBe(false);
});

test("a hostile name is matched in no time", () => {
  expect(matchesGlob("*a*a*a*a*a*b", "a".repeat(20_000))).toBe(false);
});
