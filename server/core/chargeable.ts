/** Usage as it is charged: made consistent, and cut into parts that may each have a rate of their own. Pure. */
import type { Usage } from "./usage.ts";

/** Kinds of tokens that may differ in price -> the rate that each has where a price knows but four. */
export const PARTS = {
  input: "input",
  inputAudio: "input",
  inputImage: "input",
  inputVideo: "input",
  cached: "cache_read",
  cachedAudio: "cache_read",
  cachedImage: "cache_read",
  /** Writes that live for five minutes. */
  cacheWrite: "cache_write",
  cacheWrite1h: "cache_write",
  output: "output",
  outputAudio: "output",
  outputImage: "output",
  outputVideo: "output",
  reasoning: "output",
} as const;

export type Part = keyof typeof PARTS;

export const PART_NAMES = Object.keys(PARTS) as Part[];

/** Whole numbers of tokens, none below 0. */
export interface ChargeableUsage {
  /** All input: the sum of its parts. */
  readonly input: number;
  /** All output: the sum of its parts. */
  readonly output: number;
  /** No token is in two of them. */
  readonly parts: Readonly<Record<Part, number>>;
}

/**
 * Makes reported usage chargeable. Providers do report negative counts, and more cached tokens than input: the whole
 * bounds the part, and what is unknown is no tokens.
 */
export function clampUsage(usage: Usage): ChargeableUsage {
  const billing = usage.billing ?? {};
  const input = whole(billing.inputTokens ?? usage.inputTokens);
  const output = whole(billing.outputTokens ?? usage.outputTokens);
  // Charged input that is below the input has the discounted parts taken out already.
  const isNet = billing.inputTokens !== undefined && billing.inputTokens < (usage.inputTokens ?? 0);
  const cached = isNet ? 0 : within(usage.cachedTokens, input);
  const written = isNet ? 0 : within(usage.cacheWriteTokens, input - cached);
  const cacheWrite1h = within(billing.cacheWrite1hTokens, written);

  const allAudio = within(billing.inputAudioTokens, input);
  const cachedAudio = within(billing.cachedAudioTokens, Math.min(allAudio, cached));
  const allImage = within(billing.inputImageTokens, input);
  const cachedImage = within(billing.cachedImageTokens, Math.min(allImage, cached - cachedAudio));

  const fresh = input - cached - written;
  const inputAudio = within(allAudio - cachedAudio, fresh);
  const inputImage = within(allImage - cachedImage, fresh - inputAudio);
  const inputVideo = within(billing.inputVideoTokens, fresh - inputAudio - inputImage);

  const outputAudio = within(billing.outputAudioTokens, output);
  const outputImage = within(billing.outputImageTokens, output - outputAudio);
  const outputVideo = within(billing.outputVideoTokens, output - outputAudio - outputImage);
  const reasoning = within(usage.reasoningTokens, output - outputAudio - outputImage - outputVideo);
  return {
    input,
    output,
    parts: {
      input: fresh - inputAudio - inputImage - inputVideo,
      inputAudio,
      inputImage,
      inputVideo,
      cached: cached - cachedAudio - cachedImage,
      cachedAudio,
      cachedImage,
      cacheWrite: written - cacheWrite1h,
      cacheWrite1h,
      output: output - outputAudio - outputImage - outputVideo - reasoning,
      outputAudio,
      outputImage,
      outputVideo,
      reasoning,
    },
  };
}

function whole(count: number | null | undefined): number {
  return count !== null && count !== undefined && count > 0
    ? Math.min(Math.ceil(count), Number.MAX_SAFE_INTEGER)
    : 0;
}

function within(count: number | null | undefined, most: number): number {
  return Math.min(whole(count), most);
}
