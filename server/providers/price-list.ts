/** Prices from a list in the form of genai-prices (https://github.com/pydantic/genai-prices): the bundled one or a file. */
import {
  calcPrice,
  findProvider,
  type Provider as ListedProvider,
  type Usage as ListedUsage,
} from "@pydantic/genai-prices";
import type { Instant } from "../core/duration.ts";
import type { ChargeableUsage } from "../core/price.ts";

/** Who serves the model, as the list may know it. */
export interface Seller {
  /** Its base URL: the list has patterns for them. */
  readonly base: string;
  /** Its id in the list, for a provider that is known by name. */
  readonly id: string | null;
}

/** A model that the list knows: what usage of it costs at an instant, in USD; null when a unit has no rate. */
export type ListedPrice = (
  usage: ChargeableUsage,
  units: Readonly<Record<string, number>>,
  at: Instant,
) => number | null;

export interface PriceList {
  /** The model at its seller, or null when the list does not have it. */
  find(seller: Seller, model: string): ListedPrice | null;
}

/** Units that are charged beside tokens -> the member of a model's price that holds their rate. */
const UNIT_RATES = new Map([
  ["web_searches", "web_searches_kcount"],
  ["storage_searches", "storage_searches_kcount"],
  ["code_executions", "code_executions_kcount"],
  ["rerank_searches", "rerank_searches_kcount"],
  ["audio_seconds", "audio_hours"],
]);

/** What is wrong with the text of a price list, as a sentence; null when it can be used. */
export function checkPriceList(text: string): string | null {
  return parseList(text)
    ? null
    : "it must be a JSON list of providers with `id` and `models`, as genai-prices has it";
}

/** The list in a file's text, else (null) the bundled one. A text that `checkPriceList` objects to is a defect. */
export function createPriceList(text: string | null): PriceList {
  const list = text === null ? null : parseList(text);
  if (text !== null && list === null) throw new Error(`pricing.file: ${checkPriceList(text)}`);
  return {
    find(seller, model) {
      for (const provider of sellers(list, seller)) {
        for (const name of namesOf(model)) {
          const price = findModel(provider, name);
          if (price) return price;
        }
      }
      return null;
    },
  };
}

function sellers(list: readonly ListedProvider[] | null, { base, id }: Seller): ListedProvider[] {
  const byBase = list
    ? list.find((one) => new RegExp(`^(?:${one.api_pattern})`).test(base))
    : findProvider({ providerApiUrl: base });
  const byId =
    id === null ? undefined : list ? list.find((one) => one.id === id) : findProvider({ providerId: id });
  return [byBase, byId].filter((one) => one !== undefined);
}

/** A model's name, and without what some clients put before it: `models/gemini-x`, `openai/gpt-x`. */
function namesOf(model: string): string[] {
  const slash = model.lastIndexOf("/");
  return slash < 0 ? [model] : [model, model.slice(slash + 1)];
}

function findModel(provider: ListedProvider, name: string): ListedPrice | null {
  const found = safely(() => calcPrice({}, name, { provider }));
  if (!found) return null;
  // Only this model from now on: matching all of a provider's takes far longer than the arithmetic.
  const alone: ListedProvider = { ...found.provider, models: [found.model] };
  return (usage, units, at) => {
    const listed = toListed(usage, units);
    const priced = safely(() => calcPrice(listed, name, { provider: alone, timestamp: new Date(at) }));
    return priced && hasAllRates(priced.model_price, usage, units) ? priced.total_price : null;
  };
}

function toListed(usage: ChargeableUsage, units: Readonly<Record<string, number>>): ListedUsage {
  const listed: ListedUsage = {
    input_tokens: usage.input,
    output_tokens: usage.output,
    cache_read_tokens: usage.cached,
    cache_write_tokens: usage.cacheWrite,
    cache_write_1h_tokens: usage.cacheWrite1h,
    input_audio_tokens: usage.inputAudio,
    cache_audio_read_tokens: usage.cachedAudio,
    cache_audio_write_tokens: 0,
    input_image_tokens: usage.inputImage,
    cache_image_read_tokens: usage.cachedImage,
    cache_image_write_tokens: 0,
    input_video_tokens: usage.inputVideo,
    output_audio_tokens: usage.outputAudio,
    output_image_tokens: usage.outputImage,
    output_video_tokens: usage.outputVideo,
    output_reasoning_tokens: usage.reasoning,
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

/** The list throws on data and usage that contradict themselves: no price can be told from them. */
function safely<T>(calculate: () => T): T | null {
  try {
    return calculate();
  } catch {
    return null;
  }
}

function parseList(text: string): ListedProvider[] | null {
  const list = safely<unknown>(() => JSON.parse(text));
  return Array.isArray(list) && list.every(isProvider) ? list : null;
}

function isProvider(value: unknown): value is ListedProvider {
  if (typeof value !== "object" || value === null) return false;
  const { id, models, api_pattern } = value as Partial<ListedProvider>;
  const isPattern = typeof api_pattern === "string" && safely(() => new RegExp(api_pattern)) !== null;
  return typeof id === "string" && Array.isArray(models) && isPattern;
}
