/** Marks of a prompt that is to be cached: OpenAI's, and Anthropic's as hosts take it over. */
import { type Json, objectOf } from "../../json.ts";

/** The members by which such a mark is made. */
export const CACHE_MARKS: readonly string[] = ["cache_control", "prompt_cache_breakpoint"];

/** The mark on a part, a message or a tool; nothing where there is none. */
export function readCacheMark(marked: Json): { readonly cache?: "short" | "hour" } {
  const mark = objectOf(marked.cache_control) ?? objectOf(marked.prompt_cache_breakpoint);
  if (!mark) return {};
  return { cache: mark.ttl === "1h" || mark.ttl === "12h" ? "hour" : "short" };
}
