import { expect, test } from "bun:test";
import {
  calcPrice,
  type Provider as ListedProvider,
  type ModelInfo,
  waitForUpdate,
} from "@pydantic/genai-prices";
import fc from "fast-check";
import { clampUsage } from "../../server/core/chargeable.ts";
import { toNano } from "../../server/core/money.ts";
import type { Usage } from "../../server/core/usage.ts";
import { findPrice } from "../../server/providers/listed-price.ts";
import { editionsOf, readRateCard } from "../../server/providers/rate-card.ts";

/** The bundled list: nothing is fetched, for no update was ever begun. */
const LIST = (await waitForUpdate()) ?? [];
const DAY = 86_400_000;
const tokens = fc.oneof(fc.constant(0), fc.nat(500), fc.nat(300_000));

/** Tokens by kind, of which none is in two. */
const spent = fc.record({
  input: fc.record({
    fresh: tokens,
    read: tokens,
    written: tokens,
    writtenForAnHour: tokens,
    heard: tokens,
    heardFromCache: tokens,
    seen: tokens,
    seenFromCache: tokens,
    watched: tokens,
  }),
  output: fc.record({ answered: tokens, thought: tokens, spoken: tokens, drawn: tokens, filmed: tokens }),
});
type Spent = typeof spent extends fc.Arbitrary<infer T> ? T : never;

test("every model of the list costs to the nano-dollar what the list's own library says", () => {
  for (const listed of LIST) {
    const models = listed.models.map((model) => aloneAs(listed, model));
    const near = fc.constantFrom(null, ...new Set(listed.models.flatMap(startsOf)));
    const around = fc.constantFrom(...new Set([Date.UTC(2026, 0, 1), ...listed.models.flatMap(limitsOf)]));
    const off = fc.integer({ min: -1, max: 1 });
    const some = fc.tuple(spent, near, around, off, fc.constantFrom(0, 1, -1, DAY / 3, DAY / 2));
    fc.assert(
      fc.property(some, ([kinds, start, limit, beside, later]) => {
        const all = start === null ? kinds : withInput(kinds, start + beside);
        const at = limit + later;
        for (const { provider, id, price } of models) {
          const cost = price.cost(clampUsage(asReported(all)), {}, at);
          const [least, most] = oracle(provider, all, at) ?? [null, null];
          const ours = cost === null ? null : toNano(cost);
          const agrees =
            ours === null || least === null || most === null ? ours === least : least <= ours && ours <= most;
          if (!agrees) throw new Error(`${listed.id} ${id}: ${ours} is not within ${least} and ${most}`);
        }
      }),
      { numRuns: 40 },
    );
  }
});

test("nearly all models of the list have a rate card, and at the large providers all that charge for tokens", () => {
  const units = new Set(["web_searches_kcount", "storage_searches_kcount", "audio_hours"]);
  const models = LIST.flatMap((provider) => provider.models);
  const isTold = (model: ModelInfo) => readRateCard(model, units) !== null;
  expect(models.filter(isTold).length / models.length).toBeGreaterThan(0.97);
  const large = LIST.filter(({ id }) => ["openai", "anthropic", "google", "deepseek"].includes(id));
  const others = large.flatMap((provider) => provider.models).filter((model) => !isTold(model));
  expect(others.filter((model) => JSON.stringify(model.prices).includes("input_mtok"))).toEqual([]);
});

test("what a rate card cannot say is left to the library", () => {
  const model = (prices: ModelInfo["prices"]): ModelInfo => ({ id: "m", match: { equals: "m" }, prices });
  expect(readRateCard(model({ input_mtok: 1, requests_kcount: 5 }), new Set())).toBeNull();
  expect(
    readRateCard(model({ input_mtok: 1, requests_kcount: 5 }), new Set(["requests_kcount"])),
  ).not.toBeNull();
  const partly = [{ prices: { input_mtok: 1 } }, { prices: { input_mchars: 1 } }];
  expect(readRateCard(model(partly), new Set())).toBeNull();
});

/** A provider that has only this model, by a name that finds it, and our price of it. */
function aloneAs(listed: ListedProvider, model: ModelInfo) {
  const provider = { ...listed, models: [{ ...model, match: { equals: "m" } }] };
  const price = findPrice(provider, "m");
  if (!price) throw new Error(`${listed.id} ${model.id} is not found`);
  return { provider, id: model.id, price };
}

/** The whole nano-dollars that the library's sum may stand for: two next to a half, where its noise decides, else one. */
function oracle(provider: ListedProvider, kinds: Spent, at: number): [number, number] | null {
  try {
    const priced = calcPrice(asListed(kinds), "m", { provider, timestamp: new Date(at) });
    if (!priced) return null;
    const { input_mtok, output_mtok } = priced.model_price;
    if (sum(kinds.input) > 0 && input_mtok === undefined) return null;
    if (sum(kinds.output) > 0 && output_mtok === undefined) return null;
    const nano = priced.total_price * 1e9;
    const noise = nano * 4e-15;
    return [Math.floor(nano - noise + 0.5), Math.floor(nano + noise + 0.5)];
  } catch {
    // Data and usage that contradict themselves in the library's eyes: no price.
    return null;
  }
}

function asReported({ input, output }: Spent): Usage {
  return {
    inputTokens: sum(input),
    outputTokens: sum(output),
    cachedTokens: input.read + input.heardFromCache + input.seenFromCache,
    cacheWriteTokens: input.written + input.writtenForAnHour,
    reasoningTokens: output.thought,
    billing: {
      cacheWrite1hTokens: input.writtenForAnHour,
      inputAudioTokens: input.heard + input.heardFromCache,
      cachedAudioTokens: input.heardFromCache,
      outputAudioTokens: output.spoken,
      inputImageTokens: input.seen + input.seenFromCache,
      cachedImageTokens: input.seenFromCache,
      outputImageTokens: output.drawn,
      inputVideoTokens: input.watched,
      outputVideoTokens: output.filmed,
    },
  };
}

function asListed({ input, output }: Spent): Record<string, number> {
  return {
    input_tokens: sum(input),
    output_tokens: sum(output),
    cache_read_tokens: input.read + input.heardFromCache + input.seenFromCache,
    cache_write_tokens: input.written + input.writtenForAnHour,
    cache_write_1h_tokens: input.writtenForAnHour,
    input_audio_tokens: input.heard + input.heardFromCache,
    cache_audio_read_tokens: input.heardFromCache,
    cache_audio_write_tokens: 0,
    input_image_tokens: input.seen + input.seenFromCache,
    cache_image_read_tokens: input.seenFromCache,
    cache_image_write_tokens: 0,
    input_video_tokens: input.watched,
    output_audio_tokens: output.spoken,
    output_image_tokens: output.drawn,
    output_video_tokens: output.filmed,
    output_reasoning_tokens: output.thought,
  };
}

function sum(kinds: Readonly<Record<string, number>>): number {
  return Object.values(kinds).reduce((total, count) => total + count, 0);
}

/** The same in proportion, with fresh tokens added, so that the input is as large as wanted. */
function withInput({ input, output }: Spent, wanted: number): Spent {
  const share = Math.min(1, wanted / Math.max(1, sum(input)));
  const scaled = Object.fromEntries(
    Object.entries(input).map(([kind, count]) => [kind, Math.floor(count * share)]),
  ) as Spent["input"];
  return { input: { ...scaled, fresh: scaled.fresh + wanted - sum(scaled) }, output };
}

/** The input sizes above which a model's rates change. */
function startsOf(model: ModelInfo): number[] {
  const rates = editionsOf(model).flatMap(({ prices }) => Object.values(prices));
  return rates.flatMap((rate) => (typeof rate === "object" ? rate.tiers.map(({ start }) => start) : []));
}

/** The instants at which a model's prices change; times of day on some day. */
function limitsOf(model: ModelInfo): number[] {
  return editionsOf(model).flatMap(({ constraint }) => {
    if (constraint === undefined) return [];
    if (constraint.type === "start_date") return [Date.parse(constraint.start_date)];
    const day = "2026-10-05T";
    return [Date.parse(day + constraint.start_time), Date.parse(day + constraint.end_time)];
  });
}
