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

/** The usage of an answer whose output was not reported to its end: at least what must have been made. All else as reported. */
export function atLeastMade(usage: Usage, made: number): Usage {
  const outputTokens = Math.max(made, usage.outputTokens ?? 0);
  const { billing } = usage;
  if (billing?.outputTokens === undefined) return { ...usage, outputTokens };
  return {
    ...usage,
    outputTokens,
    billing: { ...billing, outputTokens: Math.max(made, billing.outputTokens) },
  };
}
