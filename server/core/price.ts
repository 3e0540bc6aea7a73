/** What tokens cost: usage made consistent, and the arithmetic of a price that the configuration gives. Pure. */
import { NANO_PER_USD, type NanoUsd } from "./money.ts";
import type { ModelPrice } from "./settings.ts";
import type { Usage } from "./usage.ts";

/** Usage as it can be charged: no negatives, no part larger than its whole. Parts do not overlap but for the cached. */
export interface ChargeableUsage {
  readonly input: number;
  readonly output: number;
  readonly cached: number;
  readonly cacheWrite: number;
  /** Part of `cacheWrite`. */
  readonly cacheWrite1h: number;
  readonly reasoning: number;
  readonly inputAudio: number;
  /** Part of `inputAudio` and of `cached`. */
  readonly cachedAudio: number;
  readonly inputImage: number;
  /** Part of `inputImage` and of `cached`. */
  readonly cachedImage: number;
  readonly inputVideo: number;
  readonly outputAudio: number;
  readonly outputImage: number;
  readonly outputVideo: number;
}

/**
 * Makes reported usage chargeable. Providers do report negative counts, and more cached tokens than input: the whole
 * bounds the part, and what is unknown is no tokens.
 */
export function clampUsage(usage: Usage): ChargeableUsage {
  const billing = usage.billing ?? {};
  const input = atLeast0(billing.inputTokens ?? usage.inputTokens);
  const output = atLeast0(billing.outputTokens ?? usage.outputTokens);
  // Charged input that is below the input has the discounted parts taken out already.
  const isNet = billing.inputTokens !== undefined && billing.inputTokens < (usage.inputTokens ?? 0);
  const cached = isNet ? 0 : within(usage.cachedTokens, input);
  const cacheWrite = isNet ? 0 : within(usage.cacheWriteTokens, input - cached);

  const inputAudio = within(billing.inputAudioTokens, input);
  const cachedAudio = within(billing.cachedAudioTokens, Math.min(inputAudio, cached));
  const inputImage = within(billing.inputImageTokens, input);
  const cachedImage = within(billing.cachedImageTokens, Math.min(inputImage, cached - cachedAudio));
  const fresh = input - cached - cacheWrite;
  const freshAudio = within(inputAudio - cachedAudio, fresh);
  const freshImage = within(inputImage - cachedImage, fresh - freshAudio);

  const outputAudio = within(billing.outputAudioTokens, output);
  const outputImage = within(billing.outputImageTokens, output - outputAudio);
  return {
    input,
    output,
    cached,
    cacheWrite,
    cacheWrite1h: within(billing.cacheWrite1hTokens, cacheWrite),
    reasoning: within(usage.reasoningTokens, output - outputAudio - outputImage),
    inputAudio: freshAudio + cachedAudio,
    cachedAudio,
    inputImage: freshImage + cachedImage,
    cachedImage,
    inputVideo: within(billing.inputVideoTokens, fresh - freshAudio - freshImage),
    outputAudio,
    outputImage,
    outputVideo: within(billing.outputVideoTokens, output - outputAudio - outputImage),
  };
}

/** What tokens cost at a price of the configuration, in USD, not yet rounded. */
export function costAt(price: ModelPrice, usage: ChargeableUsage): number {
  const plain = usage.input - usage.cached - usage.cacheWrite;
  const micros =
    plain * price.input +
    usage.cached * (price.cache_read ?? price.input) +
    usage.cacheWrite * (price.cache_write ?? price.input) +
    usage.output * price.output;
  return micros / 1_000_000;
}

/**
 * The settlement's one rounding, half up, of a sum of products. Binary fractions leave noise in the last digits, which
 * could push an exact half down: it is cut off first.
 */
export function roundCost(usd: number): NanoUsd {
  return Math.floor(Number((usd * NANO_PER_USD).toPrecision(15)) + 0.5);
}

function atLeast0(count: number | null | undefined): number {
  return count !== null && count !== undefined && count > 0 ? count : 0;
}

function within(count: number | null | undefined, most: number): number {
  return Math.min(atLeast0(count), most);
}
