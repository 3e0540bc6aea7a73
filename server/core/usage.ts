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
}
