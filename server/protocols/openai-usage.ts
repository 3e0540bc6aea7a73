/** Usage as OpenAI's formats report it, with what compatible hosts make of it. Pure. */
import type { Billing, Usage } from "../core/usage.ts";
import { countOf, type Json, objectOf } from "./json.ts";
import type { Quirks } from "./protocol.ts";

/**
 * Reads a usage object of chat completions (`prompt_tokens`, `completion_tokens`) or of responses (`input_tokens`,
 * `output_tokens`). Cached tokens stand in the details, or at the top (Mistral's and Moonshot's hosts, DeepSeek's).
 */
export function readOpenaiUsage(usage: Json, quirks: Quirks): Usage {
  const inputDetails =
    objectOf(usage.prompt_tokens_details) ??
    objectOf(usage.input_tokens_details) ??
    // Transcriptions have it in the singular.
    objectOf(usage.input_token_details);
  const outputDetails = objectOf(usage.completion_tokens_details) ?? objectOf(usage.output_tokens_details);
  const input = countOf(usage.prompt_tokens) ?? countOf(usage.input_tokens);
  const output = countOf(usage.completion_tokens) ?? countOf(usage.output_tokens);
  const total = countOf(usage.total_tokens);
  const reasoning = countOf(outputDetails?.reasoning_tokens) ?? countOf(usage.reasoning_tokens);
  const allOutput = isReasoningOutside(input, output, reasoning, total)
    ? (output ?? 0) + (reasoning ?? 0)
    : output;
  const billing = readBilling(inputDetails, outputDetails, { input, output: allOutput, total }, quirks);
  return {
    inputTokens: input,
    outputTokens: allOutput,
    cachedTokens:
      countOf(inputDetails?.cached_tokens) ??
      countOf(usage.cached_tokens) ??
      countOf(usage.num_cached_tokens) ??
      countOf(usage.prompt_cache_hit_tokens),
    cacheWriteTokens: countOf(inputDetails?.cache_write_tokens) ?? countOf(usage.cache_write_tokens),
    reasoningTokens: reasoning,
    ...(billing ? { billing } : {}),
  };
}

/** Some hosts (xAI's) leave reasoning out of `completion_tokens`: their total tells. */
function isReasoningOutside(
  input: number | null,
  output: number | null,
  reasoning: number | null,
  total: number | null,
): boolean {
  if (input === null || output === null || reasoning === null || reasoning <= 0) return false;
  return total === input + output + reasoning;
}

interface Sums {
  readonly input: number | null;
  readonly output: number | null;
  readonly total: number | null;
}

function readBilling(
  inputDetails: Json | null,
  outputDetails: Json | null,
  { input, output, total }: Sums,
  quirks: Quirks,
): Billing | null {
  const inputAudio = positive(inputDetails?.audio_tokens);
  const cached = objectOf(inputDetails?.cached_tokens_details);
  const unaccounted = input !== null && output !== null && total !== null ? total - input - output : 0;
  // Audio that the input leaves out shows in the total alone (Mistral's transcriptions).
  const audioOutside = inputAudio !== undefined && unaccounted >= inputAudio;
  const hidden = quirks.hiddenThinkingInTotal === true && unaccounted > 0;
  const parts: Billing = {
    ...part("inputTokens", audioOutside ? (input ?? 0) + inputAudio : undefined),
    ...part("outputTokens", hidden ? (output ?? 0) + unaccounted : undefined),
    ...part("inputAudioTokens", inputAudio),
    ...part("cachedAudioTokens", positive(cached?.audio_tokens)),
    ...part("outputAudioTokens", positive(outputDetails?.audio_tokens)),
    ...part("inputImageTokens", positive(inputDetails?.image_tokens)),
    ...part("cachedImageTokens", positive(cached?.image_tokens)),
    ...part("outputImageTokens", positive(outputDetails?.image_tokens)),
    ...part("inputVideoTokens", positive(inputDetails?.video_tokens)),
  };
  return Object.keys(parts).length > 0 ? parts : null;
}

function positive(value: unknown): number | undefined {
  const count = countOf(value);
  return count !== null && count > 0 ? count : undefined;
}

function part(name: keyof Billing, value: number | undefined): Billing {
  return value === undefined ? {} : { [name]: value };
}
