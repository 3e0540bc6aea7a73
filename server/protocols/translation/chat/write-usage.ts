/** Usage as chat completions tell it. */
import type { Usage } from "../../../core/usage.ts";
import type { Json } from "../../json.ts";
import { toldUsage } from "../../render.ts";

/** The usage object. What is not known is left out of the details; the sums are numbers in every SDK. */
export function writeUsage(usage: Usage): Json {
  const { input, output } = toldUsage(usage);
  const { cachedTokens, cacheWriteTokens, reasoningTokens } = usage;
  return {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    ...details("prompt_tokens_details", {
      cached_tokens: cachedTokens,
      cache_write_tokens: cacheWriteTokens,
    }),
    ...details("completion_tokens_details", { reasoning_tokens: reasoningTokens }),
  };
}

function details(name: string, counts: Readonly<Record<string, number | null>>): Json {
  const known = Object.entries(counts).filter(([, count]) => count !== null);
  return known.length > 0 ? { [name]: Object.fromEntries(known) } : {};
}
