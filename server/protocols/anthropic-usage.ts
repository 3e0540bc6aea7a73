/** Usage as Anthropic's messages report it, whole and in the halves of a stream. Pure. */
import { addCounts, type Usage } from "../core/usage.ts";
import { countOf, type Json, objectOf } from "./json.ts";

/** What is read of a usage object. */
const MEMBERS = [
  "input_tokens",
  "output_tokens",
  "output_tokens_details",
  "cache_read_input_tokens",
  "cache_creation_input_tokens",
  "cache_creation",
  "server_tool_use",
] as const;

/** All that the usage objects of one stream have said, member by member. */
export type MergedUsage = { [member in (typeof MEMBERS)[number]]?: unknown };

/** Takes over what one more usage object says: figures are cumulative, and some objects say one of them only. */
export function mergeAnthropicUsage(merged: MergedUsage, usage: Json): void {
  for (const member of MEMBERS) merged[member] = usage[member] ?? merged[member];
}

/** `input_tokens` leaves cache reads and writes out; the gateway's input includes them. */
export function readAnthropicUsage(usage: Json): Usage {
  const cached = countOf(usage.cache_read_input_tokens);
  const written = countOf(usage.cache_creation_input_tokens);
  const writtenFor1h = countOf(objectOf(usage.cache_creation)?.ephemeral_1h_input_tokens);
  return {
    inputTokens: addCounts(countOf(usage.input_tokens), addCounts(cached, written)),
    outputTokens: countOf(usage.output_tokens),
    cachedTokens: cached,
    cacheWriteTokens: written,
    reasoningTokens: countOf(objectOf(usage.output_tokens_details)?.thinking_tokens),
    ...(writtenFor1h ? { billing: { cacheWrite1hTokens: writtenFor1h } } : {}),
  };
}
