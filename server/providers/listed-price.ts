/** What usage of a model of a price list costs: by its rate card, else as genai-prices calculates it. */
import {
  calcPrice,
  type Provider as ListedProvider,
  type Usage as ListedUsage,
  type PriceCalculation,
} from "@pydantic/genai-prices";
import type { ChargeableUsage } from "../core/chargeable.ts";
import type { Instant } from "../core/duration.ts";
import { type ExactUsd, toExact } from "../core/money.ts";
import { costAt, createFindDearest, type DearestRates, type FindDearest } from "../core/price.ts";
import { editionsOf, readRateCard } from "./rate-card.ts";

/** The price of one model. */
export interface Price {
  /** What usage costs at an instant; null when something of it has no rate. */
  cost(usage: ChargeableUsage, units: Readonly<Record<string, number>>, at: Instant): ExactUsd | null;
  /** What a token may cost at most, in a call with so much input. */
  readonly dearest: FindDearest;
  /** Tokens that the model takes in at most; null when the list does not say. */
  readonly contextWindow: number | null;
}

/** Units that are charged beside tokens -> the member of a model's price that holds their rate. */
const UNIT_RATES = new Map([
  ["web_searches", "web_searches_kcount"],
  ["storage_searches", "storage_searches_kcount"],
  ["code_executions", "code_executions_kcount"],
  ["rerank_searches", "rerank_searches_kcount"],
  ["audio_seconds", "audio_hours"],
]);
const UNIT_RATE_NAMES = new Set(UNIT_RATES.values());

/** The price of the model that goes by `name` at a provider of a list, or null when it is not there. */
export function findPrice(provider: ListedProvider, name: string): Price | null {
  const found = calculate(provider, name, {});
  if (!found) return null;
  const { model } = found;
  // Only this model from now on: matching all of a provider's takes far longer than the arithmetic.
  const alone: ListedProvider = { ...found.provider, models: [model] };
  const isSound = editionsOf(model).every(({ prices }) =>
    calculate({ ...alone, models: [{ ...model, prices }] }, name, {}),
  );
  const card = isSound ? readRateCard(model, UNIT_RATE_NAMES) : null;
  return {
    contextWindow: model.context_window ?? null,
    cost(usage, units, at) {
      // Tokens alone, the usual case, are charged without the library: it takes microseconds, and adds up inexactly.
      if (card && Object.keys(units).length === 0) return costAt(card, usage, at);
      const priced = calculate(alone, name, toListed(usage, units), at);
      if (!priced || !Number.isFinite(priced.total_price)) return null;
      return hasAllRates(priced.model_price, usage, units) ? toExact(priced.total_price) : null;
    },
    dearest: card ? createFindDearest(card) : () => NO_RATES,
  };
}

/** A price that no rate card can say is not foreseen. */
export const NO_RATES: DearestRates = {
  text: { none: null, short: null, hour: null },
  media: { none: null, short: null, hour: null },
  output: null,
  mediaOutput: null,
};

/** Null for what the library throws at: data and usage that contradict themselves have no price. */
function calculate(
  provider: ListedProvider,
  name: string,
  usage: ListedUsage,
  at?: Instant,
): PriceCalculation | null {
  try {
    return calcPrice(usage, name, { provider, ...(at === undefined ? {} : { timestamp: new Date(at) }) });
  } catch {
    return null;
  }
}

function toListed(
  { input, output, parts }: ChargeableUsage,
  units: Readonly<Record<string, number>>,
): ListedUsage {
  const listed: ListedUsage = {
    input_tokens: input,
    output_tokens: output,
    cache_read_tokens: parts.cached + parts.cachedAudio + parts.cachedImage,
    cache_write_tokens: parts.cacheWrite + parts.cacheWrite1h,
    cache_write_1h_tokens: parts.cacheWrite1h,
    input_audio_tokens: parts.inputAudio + parts.cachedAudio,
    cache_audio_read_tokens: parts.cachedAudio,
    cache_audio_write_tokens: 0,
    input_image_tokens: parts.inputImage + parts.cachedImage,
    cache_image_read_tokens: parts.cachedImage,
    cache_image_write_tokens: 0,
    input_video_tokens: parts.inputVideo,
    output_audio_tokens: parts.outputAudio,
    output_image_tokens: parts.outputImage,
    output_video_tokens: parts.outputVideo,
    output_reasoning_tokens: parts.reasoning,
  };
  for (const unit of UNIT_RATES.keys()) {
    const amount = units[unit];
    if (amount !== undefined) listed[unit] = amount;
  }
  return listed;
}

/** Whether everything that was used has a rate: a unit without one costs an unknown amount, not nothing (law 7). */
function hasAllRates(
  price: Readonly<Record<string, unknown>>,
  usage: ChargeableUsage,
  units: Readonly<Record<string, number>>,
): boolean {
  const used = Object.keys(units);
  const rates = used.map((unit) => UNIT_RATES.get(unit));
  if (!rates.every((rate) => rate !== undefined && price[rate] !== undefined)) return false;
  // Where another unit is what is sold (a minute of audio), tokens are only counted.
  if (used.length > 0 && price.input_mtok === undefined) return true;
  if (usage.input > 0 && price.input_mtok === undefined) return false;
  return usage.output === 0 || price.output_mtok !== undefined;
}
