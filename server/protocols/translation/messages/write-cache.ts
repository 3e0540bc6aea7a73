/** Where a prompt that is to be cached ends. https://platform.claude.com/docs/en/build-with-claude/prompt-caching */
import type { Json } from "../../json.ts";
import type { TextPart } from "../form.ts";

/** The member that says it; none where nothing is marked. */
export function writeCache({ cache }: Pick<TextPart, "cache">): Json {
  if (cache === undefined) return {};
  return { cache_control: cache === "hour" ? { type: "ephemeral", ttl: "1h" } : { type: "ephemeral" } };
}
