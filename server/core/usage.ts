/**
 * What an answer used, under the names of the OpenTelemetry GenAI conventions. `null` is "the provider did not say";
 * figures are kept as sent, negatives and contradictions included: who charges clamps.
 */
export interface Usage {
  /** All input: cache reads and cache writes included. */
  readonly inputTokens: number | null;
  /** All output: reasoning included. */
  readonly outputTokens: number | null;
  readonly cachedTokens: number | null;
  readonly cacheWriteTokens: number | null;
  readonly reasoningTokens: number | null;
  /** What only the price depends on; left out where there is nothing to say. */
  readonly billing?: Billing;
}

/** Figures that a price needs beyond the five. Each is a part of the usage it belongs to unless it says otherwise. */
export interface Billing {
  /** Input that is charged, where that is not `inputTokens`: cached parts are then out of it or not discounted. */
  readonly inputTokens?: number;
  /** Output that is charged, where that is not `outputTokens`. */
  readonly outputTokens?: number;
  /** Cache writes that live for an hour; the others live for five minutes. */
  readonly cacheWrite1hTokens?: number;
  readonly inputAudioTokens?: number;
  readonly cachedAudioTokens?: number;
  readonly outputAudioTokens?: number;
  readonly inputImageTokens?: number;
  readonly cachedImageTokens?: number;
  readonly outputImageTokens?: number;
  readonly inputVideoTokens?: number;
  readonly outputVideoTokens?: number;
}

/** A token is at least so many bytes of UTF-8 on average. */
const BYTES_PER_TOKEN = 3;

/** A usage of which nothing is known. */
export const UNKNOWN_USAGE: Usage = {
  inputTokens: null,
  outputTokens: null,
  cachedTokens: null,
  cacheWriteTokens: null,
  reasoningTokens: null,
};

/** Whether a usage can be charged: without its input it would charge a part as the whole. */
export function isKnown(usage: Usage): boolean {
  return usage.inputTokens !== null;
}

/** The sum of what two say; unknown only where neither knows. */
export function addCounts(one: number | null, other: number | null): number | null {
  return one === null && other === null ? null : (one ?? 0) + (other ?? 0);
}

/**
 * The usage of an answer whose output was not reported to its end: at least what was seen of it, by its bytes. All
 * else stays as reported.
 */
export function atLeastSeen(usage: Usage, outputBytes: number): Usage {
  const seen = Math.ceil(outputBytes / BYTES_PER_TOKEN);
  const outputTokens = Math.max(seen, usage.outputTokens ?? 0);
  const { billing } = usage;
  if (billing?.outputTokens === undefined) return { ...usage, outputTokens };
  return {
    ...usage,
    outputTokens,
    billing: { ...billing, outputTokens: Math.max(seen, billing.outputTokens) },
  };
}

/**
 * An upper-side guess where nothing was reported (SPEC 13.2): a token is at least three bytes of UTF-8 on average, plus
 * what the provider's template adds. `inputBytes` are those of the request's messages and tools, `outputBytes` those
 * of text and tool arguments in the answer.
 */
export function estimateUsage(inputBytes: number, outputBytes: number, overheadTokens: number): Usage {
  return {
    ...UNKNOWN_USAGE,
    inputTokens: Math.ceil(inputBytes / BYTES_PER_TOKEN) + overheadTokens,
    outputTokens: Math.ceil(outputBytes / BYTES_PER_TOKEN),
  };
}
