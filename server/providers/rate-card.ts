/** The rate card of a model in the form of genai-prices, where a rate card can say what the model charges. Pure. */
import type { ConditionalPrice, ModelPrice as ListedPrices, ModelInfo } from "@pydantic/genai-prices";
import type { Part } from "../core/chargeable.ts";
import type { Millis } from "../core/duration.ts";
import { createRates, type Edition, type RateCard, type Rates, type Validity } from "../core/price.ts";

/** Which members of a price hold a part's rate. The first that is there does: the more special price comes first. */
const RATES: Readonly<Record<Part, readonly string[]>> = {
  input: ["input_mtok"],
  inputAudio: ["input_audio_mtok", "input_mtok"],
  inputImage: ["input_image_mtok", "input_mtok"],
  inputVideo: ["input_video_mtok", "input_mtok"],
  cached: ["cache_read_mtok", "input_mtok"],
  cachedAudio: ["cache_audio_read_mtok", "cache_read_mtok", "input_audio_mtok", "input_mtok"],
  cachedImage: ["cache_image_read_mtok", "cache_read_mtok", "input_image_mtok", "input_mtok"],
  cacheWrite: ["cache_write_mtok", "input_mtok"],
  cacheWrite1h: ["cache_write_1h_mtok", "cache_write_mtok", "input_mtok"],
  output: ["output_mtok"],
  outputAudio: ["output_audio_mtok", "output_mtok"],
  outputImage: ["output_image_mtok", "output_mtok"],
  outputVideo: ["output_video_mtok", "output_mtok"],
  reasoning: ["output_reasoning_mtok", "output_mtok"],
};

const TOKEN_RATES = new Set(Object.values(RATES).flat());
const DAY: Millis = 86_400_000;
/** Lower than any tier's start: none applies. */
const NO_INPUT = -1;

/** The price of a model that holds at all times, or each with the condition under which it holds. */
export function editionsOf(model: ModelInfo): readonly ConditionalPrice[] {
  return Array.isArray(model.prices) ? model.prices : [{ prices: model.prices }];
}

/**
 * The rate card of a model whose prices the list itself accepts, or null where it charges tokens in a way that a card
 * cannot say. `unitRates` are members that hold the rates of other things than tokens.
 */
export function readRateCard(model: ModelInfo, unitRates: ReadonlySet<string>): RateCard | null {
  const [first, ...others] = editionsOf(model).map((edition) => readEdition(edition, unitRates));
  if (!first) return null;
  const rest = others.filter((edition) => edition !== null);
  return rest.length === others.length ? [first, ...rest] : null;
}

function readEdition(
  { constraint, prices }: ConditionalPrice,
  unitRates: ReadonlySet<string>,
): Edition | null {
  const rates = Object.keys(prices);
  if (!rates.every((rate) => TOKEN_RATES.has(rate) || unitRates.has(rate))) return null;
  const validity = readValidity(constraint);
  if (!validity) return null;
  const tiers = startsOf(prices).map((above) => ({ above, rates: ratesAbove(prices, above) }));
  return { validity, base: ratesAbove(prices, NO_INPUT), tiers };
}

function readValidity(constraint: ConditionalPrice["constraint"]): Validity | null {
  if (constraint === undefined) return { kind: "always" };
  if (constraint.type === "start_date") return { kind: "since", from: Date.parse(constraint.start_date) };
  const from = timeOfDay(constraint.start_time);
  const until = timeOfDay(constraint.end_time);
  return Number.isNaN(from + until) ? null : { kind: "daily", from, until };
}

/** `06:00:00Z`, `14:00:00+08:00` -> since midnight UTC; NaN where it is no such time. */
function timeOfDay(text: string): Millis {
  return (Date.parse(`1970-01-02T${text}`) + DAY) % DAY;
}

/** Every input size above which some rate changes, ascending. */
function startsOf(prices: ListedPrices): number[] {
  const starts = Object.values(prices).flatMap((price) =>
    typeof price === "object" ? price.tiers.map(({ start }) => start) : [],
  );
  return [...new Set(starts)].sort((one, other) => one - other);
}

function ratesAbove(prices: ListedPrices, above: number): Rates {
  return createRates((part) => {
    const price = RATES[part].map((rate) => prices[rate]).find((one) => one !== undefined);
    if (price === undefined) return null;
    if (typeof price === "number") return price;
    const reached = price.tiers.filter(({ start }) => start <= above);
    return reached.sort((one, other) => one.start - other.start).at(-1)?.price ?? price.base;
  });
}
