/** Usage as Gemini reports it. Pure. */
import { addCounts, type Billing, type Usage } from "../core/usage.ts";
import { countOf, type Json, listOf, objectOf } from "./json.ts";

/** `usageMetadata`: the prompt leaves tool results out, the candidates leave thoughts out. */
export function readGeminiUsage(usage: Json): Usage {
  const thoughts = countOf(usage.thoughtsTokenCount);
  const input = modalities(usage.promptTokensDetails, usage.toolUsePromptTokensDetails);
  const cached = modalities(usage.cacheTokensDetails);
  const output = modalities(usage.candidatesTokensDetails);
  const billing: Billing = {
    ...of("inputAudioTokens", input.get("audio")),
    ...of("inputImageTokens", input.get("image")),
    ...of("inputVideoTokens", input.get("video")),
    ...of("cachedAudioTokens", cached.get("audio")),
    ...of("cachedImageTokens", cached.get("image")),
    ...of("outputAudioTokens", output.get("audio")),
    ...of("outputImageTokens", output.get("image")),
    ...of("outputVideoTokens", output.get("video")),
  };
  return {
    inputTokens: addCounts(countOf(usage.promptTokenCount), countOf(usage.toolUsePromptTokenCount)),
    // Vertex says `responseTokenCount` in live sessions.
    outputTokens: addCounts(
      countOf(usage.candidatesTokenCount) ?? countOf(usage.responseTokenCount),
      thoughts,
    ),
    cachedTokens: countOf(usage.cachedContentTokenCount),
    cacheWriteTokens: null,
    reasoningTokens: thoughts,
    ...(Object.keys(billing).length > 0 ? { billing } : {}),
  };
}

/** The usage of an interaction, which counts the same things under other names. */
export function readInteractionUsage(usage: Json): Usage {
  const thoughts = countOf(usage.total_thought_tokens);
  const input = modalities(usage.input_tokens_by_modality);
  const output = modalities(usage.output_tokens_by_modality);
  const billing: Billing = {
    ...of("inputAudioTokens", input.get("audio")),
    ...of("inputImageTokens", input.get("image")),
    ...of("inputVideoTokens", input.get("video")),
    ...of("outputAudioTokens", output.get("audio")),
    ...of("outputImageTokens", output.get("image")),
  };
  return {
    inputTokens: addCounts(countOf(usage.total_input_tokens), countOf(usage.total_tool_use_tokens)),
    outputTokens: addCounts(countOf(usage.total_output_tokens), thoughts),
    cachedTokens: countOf(usage.total_cached_tokens),
    cacheWriteTokens: null,
    reasoningTokens: thoughts,
    ...(Object.keys(billing).length > 0 ? { billing } : {}),
  };
}

/** Tokens by lower-case modality: `text`, `audio`, `image`, `video`, `document`. */
function modalities(...lists: unknown[]): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const value of lists.flatMap(listOf)) {
    const entry = objectOf(value);
    const count = countOf(entry?.tokenCount) ?? countOf(entry?.tokens);
    if (!entry || typeof entry.modality !== "string" || count === null) continue;
    const name = entry.modality.toLowerCase();
    sums.set(name, (sums.get(name) ?? 0) + count);
  }
  return sums;
}

function of(name: keyof Billing, count: number | undefined): Billing {
  return count !== undefined && count > 0 ? { [name]: count } : {};
}
