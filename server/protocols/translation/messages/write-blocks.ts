/** Words, thinking, calls and results of a request as content blocks for a provider. */
import type { Json } from "../../json.ts";
import { argumentsOf } from "../arguments.ts";
import type {
  Feature,
  Part,
  RefusalPart,
  Signature,
  TextPart,
  ThinkingPart,
  ToolCallPart,
  ToolResultPart,
} from "../form.ts";
import { fitId } from "../ids.ts";
import { writeCache } from "./write-cache.ts";
import { writeMedium } from "./write-media.ts";

/** A text, or the words of declining; null where they say nothing, which the format refuses. */
export function writeWords(part: TextPart | RefusalPart): Json | null {
  if (part.text.trim() === "") return null;
  return { type: "text", text: part.text, ...(part.kind === "text" ? writeCache(part) : {}) };
}

/** Whether the provider knows a part as its own thinking. */
export function isOwnThinking(part: Part): part is ThinkingPart & { readonly signature: Signature } {
  return part.kind === "thinking" && part.signature?.by === "anthropic-messages";
}

/** Thinking, with its signature as it stands in this format. */
export function writeThought({ text, isRedacted }: ThinkingPart, signature: string): Json {
  if (isRedacted) return { type: "redacted_thinking", data: signature };
  return { type: "thinking", thinking: text, signature };
}

/** A call, as the model made it. */
export function writeToolUse(part: ToolCallPart): Json {
  const { id, name } = part;
  return { type: "tool_use", id: fitId(id), name, input: argumentsOf(part.arguments), ...writeCache(part) };
}

/** What a tool gave back; media that the format does not know are left out, which is noted. */
export function writeToolResult(part: ToolResultPart, uncarried: Set<Feature>): Json {
  const content = part.content.map((one) => {
    if (one.kind === "text") return writeWords(one);
    const block = writeMedium(one);
    if (!block) uncarried.add("tool-result");
    return block;
  });
  const blocks = content.filter((block) => block !== null);
  return {
    type: "tool_result",
    tool_use_id: fitId(part.id),
    ...(blocks.length > 0 ? { content: blocks } : {}),
    ...(part.isError ? { is_error: true } : {}),
    ...writeCache(part),
  };
}
