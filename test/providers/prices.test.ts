import { expect, test } from "bun:test";
import fc from "fast-check";
import type { CacheWrite } from "../../server/core/price.ts";
import type { Settings } from "../../server/core/settings.ts";
import { UNKNOWN_USAGE, type Usage } from "../../server/core/usage.ts";
import { NO_DEMAND } from "../../server/protocols/demand.ts";
import type { Demand } from "../../server/protocols/protocol.ts";
import { createCustom } from "../../server/providers/custom.ts";
import { createProviders } from "../../server/providers/index.ts";
import { checkPriceList } from "../../server/providers/price-list.ts";
import { createPrices } from "../../server/providers/prices.ts";

const BUNDLED: Settings["pricing"] = { file: null, models: {}, unknown: "refuse" };
const AT = Date.UTC(2025, 9, 1);
const providers = createProviders({});
const usage = (figures: Partial<Usage>): Usage => ({ ...UNKNOWN_USAGE, ...figures });

function cost(
  id: string,
  model: string,
  used: Usage,
  { pricing = BUNDLED, units = {}, passes = [] as { model: string | null; usage: Usage }[] } = {},
): number | null {
  return createPrices(pricing).cost(providers.find(id), [model], used, passes, units, AT);
}

test("tokens, cached tokens and cache writes are each charged at their rate", () => {
  // gpt-4o: 2.50 in, 1.25 cached, 10.00 out, per million.
  expect(cost("openai", "gpt-4o", usage({ inputTokens: 1000, cachedTokens: 400, outputTokens: 100 }))).toBe(
    3_000_000,
  );
  // claude-sonnet-4-5: 3.00 in, 0.30 read, 3.75 written for 5 minutes, 6.00 for an hour, 15.00 out.
  const written = usage({
    inputTokens: 1000,
    cachedTokens: 500,
    cacheWriteTokens: 300,
    outputTokens: 10,
    billing: { cacheWrite1hTokens: 100 },
  });
  expect(cost("anthropic", "claude-sonnet-4-5-20250929", written)).toBe(
    600_000 + 150_000 + 750_000 + 600_000 + 150_000,
  );
});

test("input above a tier is charged at that tier", () => {
  const rate = (inputTokens: number) =>
    Number(cost("google", "gemini-2.5-pro", usage({ inputTokens }))) / inputTokens;
  expect(rate(300_000)).toBe(2 * rate(100_000));
});

test("what is billed differs from what is reported where the provider says so", () => {
  const reported = usage({
    inputTokens: 700,
    outputTokens: 200,
    cachedTokens: 400,
    billing: { inputTokens: 100, outputTokens: 10 },
  });
  const billed = usage({ inputTokens: 100, outputTokens: 10 });
  expect(cost("cohere", "command-a-03-2025", reported)).toBe(cost("cohere", "command-a-03-2025", billed));
  const hidden = usage({ inputTokens: 35, outputTokens: 12, billing: { outputTokens: 74 } });
  expect(cost("google", "gemini-2.5-flash", hidden)).toBe(
    cost("google", "gemini-2.5-flash", usage({ inputTokens: 35, outputTokens: 74 })),
  );
});

test("audio is charged at its own rate", () => {
  const spoken = usage({ inputTokens: 100, outputTokens: 0, billing: { inputAudioTokens: 100 } });
  const written = usage({ inputTokens: 100, outputTokens: 0 });
  expect(Number(cost("google", "gemini-2.5-flash", spoken))).toBeGreaterThan(
    Number(cost("google", "gemini-2.5-flash", written)),
  );
});

test("passes are charged with the call, each on its model", () => {
  const own = usage({ inputTokens: 682, outputTokens: 1320 });
  const advice = usage({ inputTokens: 1000, outputTokens: 70 });
  const passes = [{ model: "claude-opus-4-1", usage: advice }];
  expect(cost("anthropic", "claude-sonnet-4-5", own, { passes })).toBe(
    Number(cost("anthropic", "claude-sonnet-4-5", own)) +
      Number(cost("anthropic", "claude-opus-4-1", advice)),
  );
  expect(
    cost("anthropic", "claude-sonnet-4-5", own, { passes: [{ model: "who", usage: advice }] }),
  ).toBeNull();
});

test("a unit with a rate is charged, one without makes the cost unknown", () => {
  const some = usage({ inputTokens: 10, outputTokens: 1 });
  const without = Number(cost("anthropic", "claude-sonnet-4-5", some));
  expect(cost("anthropic", "claude-sonnet-4-5", some, { units: { web_searches: 2 } })).toBe(
    without + 20_000_000,
  );
  expect(cost("deepseek", "deepseek-chat", some, { units: { web_searches: 2 } })).toBeNull();
  expect(cost("openai", "gpt-4o", some, { units: { flex_tier: 1 } })).toBeNull();
});

test("unknown is null: the model, the host, the price of output", () => {
  const some = usage({ inputTokens: 10, outputTokens: 5 });
  expect(cost("baichuan", "Baichuan4", some)).toBeNull();
  expect(cost("openai", "no-such-model", some)).toBeNull();
  expect(cost("openai", "x".repeat(10_000), some)).toBeNull();
  expect(cost("openai", "text-embedding-3-small", some)).toBeNull();
  expect(cost("openai", "text-embedding-3-small", usage({ inputTokens: 1000 }))).toBe(20_000);
  const local = createCustom("anthropic-at-home", "openai", {
    protocol: null,
    base_url: "http://h/v1",
    api_key: null,
  });
  expect(createPrices(BUNDLED).cost(local, ["claude-sonnet-4-5"], some, [], {}, AT)).toBeNull();
});

test("a host of the configuration is priced by its address", () => {
  const groq = createCustom("fast", "openai", {
    protocol: null,
    base_url: "https://api.groq.com/openai/v1",
    api_key: null,
  });
  const some = usage({ inputTokens: 1000, outputTokens: 1000 });
  expect(createPrices(BUNDLED).cost(groq, ["llama-3.1-8b-instant"], some, [], {}, AT)).toBeGreaterThan(0);
});

test("the configuration's own prices win, first match first, rounded once and half up", () => {
  const models = {
    "gpt-4o-*": { input: 1, output: 2, cache_read: 0.1, cache_write: null },
    "*4o*": { input: 9, output: 9, cache_read: null, cache_write: null },
    tiny: { input: 0.0001, output: 0.0001, cache_read: null, cache_write: null },
  };
  const pricing = { ...BUNDLED, models };
  const some = usage({ inputTokens: 100, cachedTokens: 50, cacheWriteTokens: 10, outputTokens: 10 });
  expect(cost("openai", "GPT-4o-mini", some, { pricing })).toBe(75_000);
  expect(cost("openai", "gpt-4o", some, { pricing })).toBe(990_000);
  expect(cost("openai", "gpt-4o", some, { pricing, units: { priority_tier: 1 } })).toBe(990_000);
  expect(cost("openai", "gpt-4o", some, { pricing, units: { web_searches: 1 } })).toBeNull();
  expect(cost("openai", "tiny", usage({ inputTokens: 5, outputTokens: 0 }), { pricing })).toBe(1);
  expect(cost("openai", "tiny", usage({ inputTokens: 4, outputTokens: 0 }), { pricing })).toBe(0);
  expect(createPrices(pricing).cost(null, ["gpt-4o-mini"], some, [], {}, AT)).toBe(75_000);
});

test("the model that answered is charged, else the one that was asked for; an own price for either comes first", () => {
  const some = usage({ inputTokens: 1000, outputTokens: 0 });
  const openai = providers.find("openai");
  const costOf = (models: (string | null)[], pricing = BUNDLED) =>
    createPrices(pricing).cost(openai, models, some, [], {}, AT);
  expect(costOf(["gpt-4o", "gpt-4o-mini"])).toBe(2_500_000);
  expect(costOf(["who", "gpt-4o-mini"])).toBe(150_000);
  expect(costOf([null, "gpt-4o-mini"])).toBe(150_000);
  expect(costOf([null, "who"])).toBeNull();
  expect(costOf([])).toBeNull();
  const mine = { input: 7, output: 7, cache_read: null, cache_write: null };
  expect(costOf(["gpt-4o", "gpt-4o-mini"], { ...BUNDLED, models: { "*-mini": mine } })).toBe(7_000_000);
});

test("the call and its passes are rounded as one", () => {
  const tiny = { input: 0.0004, output: 0, cache_read: null, cache_write: null };
  const one = usage({ inputTokens: 1, outputTokens: 0 });
  const pricing = { ...BUNDLED, models: { tiny } };
  expect(cost("openai", "tiny", one, { pricing })).toBe(0);
  expect(cost("openai", "tiny", one, { pricing, passes: [{ model: null, usage: one }] })).toBe(1);
});

test("a file replaces the bundled list, and one that is no list is refused", () => {
  const list = [
    {
      id: "openai",
      name: "OpenAI",
      api_pattern: "https://api\\.openai\\.com",
      models: [{ id: "mine", match: { equals: "mine" }, prices: { input_mtok: 7, output_mtok: 1 } }],
    },
  ];
  const pricing = { ...BUNDLED, file: "prices.json" };
  const prices = createPrices(pricing, JSON.stringify(list));
  const some = usage({ inputTokens: 1000, outputTokens: 0 });
  expect(prices.cost(providers.find("openai"), ["mine"], some, [], {}, AT)).toBe(7_000_000);
  expect(prices.cost(providers.find("openai"), ["gpt-4o"], some, [], {}, AT)).toBeNull();
  expect(checkPriceList("{}")).not.toBeNull();
  expect(checkPriceList("nonsense")).not.toBeNull();
  expect(() => createPrices(pricing, "{}")).toThrow("pricing.file");
});

test("no usage, however contradictory, throws or costs less than nothing", () => {
  const count = fc.oneof(fc.constant(null), fc.integer({ min: -100, max: 100_000 }));
  const part = fc.option(fc.integer({ min: -100, max: 100_000 }), { nil: undefined });
  const any = fc.record({
    inputTokens: count,
    outputTokens: count,
    cachedTokens: count,
    cacheWriteTokens: count,
    reasoningTokens: count,
    inputAudio: part,
    cachedAudio: part,
    inputImage: part,
    outputAudio: part,
    hour: part,
  });
  const models = [
    ["openai", "gpt-4o-audio-preview"],
    ["openai", "gpt-realtime"],
    ["openai", "gpt-image-1"],
    ["anthropic", "claude-sonnet-4-5"],
    ["google", "gemini-2.5-flash"],
  ] as const;
  const prices = createPrices(BUNDLED);
  fc.assert(
    fc.property(any, fc.constantFrom(...models), (given, [id, model]) => {
      const {
        inputAudio = 0,
        cachedAudio = 0,
        inputImage = 0,
        outputAudio = 0,
        hour = 0,
        ...figures
      } = given;
      const billing = {
        inputAudioTokens: inputAudio,
        cachedAudioTokens: cachedAudio,
        inputImageTokens: inputImage,
        outputAudioTokens: outputAudio,
        cacheWrite1hTokens: hour,
      };
      const nano = prices.cost(providers.find(id), [model], { ...figures, billing }, [], {}, AT);
      expect(nano).not.toBeNull();
      expect(nano).toBeGreaterThanOrEqual(0);
    }),
  );
});

test("a call's dearest rates count the upper tier of its input and reasoning; unknown stays unknown", () => {
  const prices = createPrices(BUNDLED);
  const rates = (id: string, model: string, input = 1000, asked: Partial<Demand> = {}) => {
    const provider = providers.find(id);
    if (!provider) throw new Error(id);
    return prices.foresee(provider, model, input, { ...NO_DEMAND, ...asked }, AT);
  };
  expect(rates("openai", "gpt-4o")).toMatchObject({ text: 2500, output: 10_000 });
  expect(Number(rates("anthropic", "claude-sonnet-4-5", 300_000)?.text)).toBe(
    2 * Number(rates("anthropic", "claude-sonnet-4-5")?.text),
  );
  expect(rates("openai", "no-such-model")).toBeNull();
  expect(rates("openai", "gpt-4o", 1000, { surcharges: ["priority_tier"] })).toBeNull();
  expect(rates("openai", "gpt-4o-search-preview", 1000, { surcharges: ["search_tier"] })).toBeNull();
  expect(rates("openai", "text-embedding-3-small")).toMatchObject({ text: 20, output: null });
});

test("input is foreseen at the rate of the cache write that it may be charged as", () => {
  const prices = createPrices(BUNDLED);
  const text = (id: string, model: string, cacheWrite: CacheWrite) => {
    const provider = providers.find(id);
    if (!provider) throw new Error(id);
    return prices.foresee(provider, model, 1000, { cacheWrite, surcharges: [] }, AT)?.text;
  };
  expect(text("anthropic", "claude-sonnet-4-5", "none")).toBe(3000);
  expect(text("anthropic", "claude-sonnet-4-5", "short")).toBe(3750);
  expect(text("anthropic", "claude-sonnet-4-5", "hour")).toBe(6000);
  // What the list has no dearer rate for is written for nothing.
  expect(text("openai", "gpt-4o", "short")).toBe(2500);
  // Written by the host of its own accord, at a surcharge.
  expect(text("minimax", "MiniMax-M2", "short")).toBe(375);
});

test("whatever is used of what was foreseen, it costs no more", () => {
  const prices = createPrices(BUNDLED);
  const part = fc.double({ min: 0, max: 1, noNaN: true });
  const calls = fc.record({
    model: fc.constantFrom(
      ["anthropic", "claude-sonnet-4-5"] as const,
      ["anthropic", "claude-opus-4-6"] as const,
      ["minimax", "MiniMax-M2"] as const,
      ["google", "gemini-2.5-flash"] as const,
      ["openai", "gpt-4o"] as const,
    ),
    write: fc.constantFrom<CacheWrite[]>("none", "short", "hour"),
    input: fc.integer({ min: 0, max: 400_000 }),
    output: fc.integer({ min: 0, max: 10_000 }),
    cached: part,
    written: part,
    hour: part,
    thought: part,
  });
  fc.assert(
    fc.property(calls, ({ model: [id, model], write, input, output, cached, written, hour, thought }) => {
      const provider = providers.find(id);
      if (!provider) throw new Error(id);
      const wrote = write === "none" ? 0 : Math.floor(input * written);
      const some = usage({
        inputTokens: input,
        cacheWriteTokens: wrote,
        cachedTokens: Math.floor((input - wrote) * cached),
        outputTokens: output,
        reasoningTokens: Math.floor(output * thought),
        billing: { cacheWrite1hTokens: write === "hour" ? Math.floor(wrote * hour) : 0 },
      });
      const foreseen = prices.foresee(provider, model, input, { cacheWrite: write, surcharges: [] }, AT);
      const most = Math.ceil(input * Number(foreseen?.text) + output * Number(foreseen?.output));
      expect(Number(prices.cost(provider, [model], some, [], {}, AT))).toBeLessThanOrEqual(most);
    }),
  );
});

test("what is not text alone is foreseen at the dearest of its rates", () => {
  const prices = createPrices(BUNDLED);
  const output = (id: string, model: string) => {
    const provider = providers.find(id);
    if (!provider) throw new Error(id);
    const { output, mediaOutput } = prices.foresee(provider, model, 1000, NO_DEMAND, AT) ?? {};
    return [output, mediaOutput];
  };
  expect(output("google", "gemini-2.5-flash-image")).toEqual([2500, 30_000]);
  expect(output("openai", "gpt-audio")).toEqual([10_000, 64_000]);
  expect(output("openai", "gpt-4o")).toEqual([10_000, 10_000]);
});

test("an own price is the rate of every tier", () => {
  const mine = { input: 7, output: 7, cache_read: null, cache_write: null };
  const prices = createPrices({ ...BUNDLED, models: { "gpt-4o": mine } });
  const openai = providers.find("openai");
  if (!openai) throw new Error("openai is not known");
  const surcharges = ["fast_tier", "regional_tier", "search_tier"];
  expect(prices.foresee(openai, "gpt-4o", 10, { cacheWrite: "short", surcharges }, AT)).toMatchObject({
    text: 7000,
    mediaOutput: 7000,
  });
});

test("a price for what is unknown is charged and foreseen", () => {
  const unknown = { input: 3, output: 5, cache_read: null, cache_write: null };
  const pricing = { ...BUNDLED, unknown };
  expect(cost("openai", "no-such-model", usage({ inputTokens: 10, outputTokens: 2 }), { pricing })).toBe(
    40_000,
  );
  expect(cost("openai", "gpt-4o", usage({ inputTokens: 1000, outputTokens: 0 }), { pricing })).toBe(
    2_500_000,
  );
  const openai = providers.find("openai");
  if (!openai) throw new Error("openai is not known");
  expect(createPrices(pricing).foresee(openai, "no-such-model", 10, NO_DEMAND, AT)).toMatchObject({
    text: 3000,
  });
});
