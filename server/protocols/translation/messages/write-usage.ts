/** Usage for a client: `input_tokens` leave cache reads and writes out. */
import type { Usage } from "../../../core/usage.ts";
import type { Json } from "../../json.ts";

/** The usage object. Clients expect input and output as numbers: what is unknown is told as 0 there, and not at all elsewhere. */
export function writeUsage(usage: Usage | null): Json {
  const cached = usage?.cachedTokens ?? null;
  const written = usage?.cacheWriteTokens ?? null;
  const thought = usage?.reasoningTokens ?? null;
  return {
    input_tokens: Math.max(0, (usage?.inputTokens ?? 0) - (cached ?? 0) - (written ?? 0)),
    ...(written === null ? {} : { cache_creation_input_tokens: written }),
    ...(cached === null ? {} : { cache_read_input_tokens: cached }),
    output_tokens: Math.max(0, usage?.outputTokens ?? 0),
    ...(thought === null ? {} : { output_tokens_details: { thinking_tokens: thought } }),
  };
}
