import { expect, test } from "bun:test";
import fc from "fast-check";
import { clampUsage, PART_NAMES } from "../../server/core/chargeable.ts";
import { matchesGlob } from "../../server/core/glob.ts";
import { toExact, toNano } from "../../server/core/money.ts";
import { costAt, createOwnCard, createRates, type RateCard, type Validity } from "../../server/core/price.ts";
import { UNKNOWN_USAGE } from "../../server/core/usage.ts";

test("a part is never more than its whole, and nothing is less than nothing", () => {
  const given = {
    ...UNKNOWN_USAGE,
    inputTokens: 347,
    cachedTokens: 403,
    cacheWriteTokens: 9,
    outputTokens: -9,
  };
  expect(clampUsage(given)).toMatchObject({
    input: 347,
    output: 0,
    parts: { input: 0, cached: 347, cacheWrite: 0 },
  });
  expect(clampUsage(UNKNOWN_USAGE)).toMatchObject({ input: 0, output: 0 });
});

test("cached tokens that are not billed are not discounted again", () => {
  const given = { ...UNKNOWN_USAGE, inputTokens: 700, cachedTokens: 400, billing: { inputTokens: 227 } };
  expect(clampUsage(given)).toMatchObject({ input: 227, parts: { input: 227, cached: 0 } });
});

test("no token is in two parts, and every token is in one, whatever is reported", () => {
  const count = fc.option(fc.double({ min: -10, max: 50, noNaN: true }), { nil: null });
  const part = fc.oneof(fc.constant(0), fc.integer({ min: -10, max: 50 }), fc.constant(Infinity));
  const reported = fc.record({
    inputTokens: count,
    outputTokens: count,
    cachedTokens: count,
    cacheWriteTokens: count,
    reasoningTokens: count,
    billing: fc.record({
      cacheWrite1hTokens: part,
      inputAudioTokens: part,
      cachedAudioTokens: part,
      outputAudioTokens: part,
      inputImageTokens: part,
      cachedImageTokens: part,
      outputImageTokens: part,
      inputVideoTokens: part,
      outputVideoTokens: part,
    }),
  });
  fc.assert(
    fc.property(reported, (given) => {
      const { input, output, parts } = clampUsage(given);
      const counts = PART_NAMES.map((name) => parts[name]);
      expect(counts.every((tokens) => Number.isSafeInteger(tokens) && tokens >= 0)).toBe(true);
      expect(counts.reduce((sum, tokens) => sum + tokens, 0)).toBe(input + output);
    }),
  );
});

test("a cost is rounded half up, whatever binary fractions make of the half", () => {
  const card = createOwnCard({ input: 0.0003, output: 0, cache_read: null, cache_write: null });
  const costOf = (inputTokens: number) => toNano(tokens(card, inputTokens) ?? 0n);
  expect(costOf(5)).toBe(2);
  expect(costOf(45)).toBe(14);
  expect(costOf(4)).toBe(1);
  expect(costOf(5_000_000_000_005)).toBe(1_500_000_000_002);
  expect(toNano(0n)).toBe(0);
});

test("an amount of USD is exact to its decimals", () => {
  expect(toExact(0)).toBe(0n);
  expect(toExact(2.5)).toBe(25n * 10n ** 20n);
  expect(toExact(0.1 + 0.2)).toBe(3n * 10n ** 20n);
  expect(toExact(1e-7)).toBe(10n ** 14n);
  expect(toExact(123456.1)).toBe(1_234_561n * 10n ** 20n);
  expect(toExact(1e-30)).toBe(0n);
  expect(toNano(toExact(1.0000000005))).toBe(1_000_000_001);
});

test("a large prompt is charged at the tier it exceeds, all of it", () => {
  const tier = (above: number, usd: number) => ({ above, rates: createRates(() => usd) });
  const card: RateCard = [
    { validity: { kind: "always" }, base: createRates(() => 1), tiers: [tier(10, 2), tier(20, 3)] },
  ];
  const rateAt = (inputTokens: number) => Number(tokens(card, inputTokens)) / inputTokens / 1e15;
  expect([1, 10, 11, 20, 21].map(rateAt)).toEqual([1, 1, 2, 2, 3]);
});

test("the last edition that is valid counts, and the first where none is", () => {
  const edition = (usd: number, validity: Validity) => ({
    validity,
    base: createRates(() => usd),
    tiers: [],
  });
  const hour = 3_600_000;
  const card: RateCard = [
    edition(1, { kind: "since", from: 100 * hour }),
    edition(2, { kind: "since", from: 200 * hour }),
    edition(3, { kind: "daily", from: 22 * hour, until: 2 * hour }),
    edition(4, { kind: "daily", from: 5 * hour, until: 6 * hour }),
  ];
  const rateAt = (at: number) => Number(tokens(card, 1, at)) / 1e15;
  expect(rateAt(12 * hour)).toBe(1);
  expect(rateAt(204 * hour)).toBe(2);
  expect([22 * hour - 1, 22 * hour, 26 * hour - 1, 26 * hour].map(rateAt)).toEqual([1, 3, 3, 1]);
  expect([5 * hour, 6 * hour].map(rateAt)).toEqual([4, 1]);
});

test("tokens without a rate cost an unknown amount", () => {
  const base = createRates((part) => (part === "input" ? 1 : null));
  const card: RateCard = [{ validity: { kind: "always" }, base, tiers: [] }];
  expect(tokens(card, 1)).not.toBeNull();
  expect(costAt(card, clampUsage({ ...UNKNOWN_USAGE, inputTokens: 1, outputTokens: 1 }), 0)).toBeNull();
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

function tokens(card: RateCard, inputTokens: number, at = 0): bigint | null {
  return costAt(card, clampUsage({ ...UNKNOWN_USAGE, inputTokens }), at);
}
