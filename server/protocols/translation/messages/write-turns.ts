/** The conversation of a request for a provider. */
import type { Json } from "../../json.ts";
import type { Feature, Part, Turn } from "../form.ts";
import { isOwnThinking, writeThought, writeToolResult, writeToolUse, writeWords } from "./write-blocks.ts";
import { writeMedium } from "./write-media.ts";

/** The messages, without instructions. Turns between which nothing is left are one message. */
export function writeMessages(turns: readonly Turn[], uncarried: Set<Feature>): readonly Json[] {
  const messages: { readonly role: string; readonly content: Json[] }[] = [];
  for (const turn of turns) {
    const content = turn.role === "system" ? [] : writeTurn(turn, uncarried);
    const last = messages.at(-1);
    if (last?.role === turn.role) last.content.push(...content);
    else if (content.length > 0) messages.push({ role: turn.role, content });
  }
  return messages;
}

function writeTurn({ role, parts }: Turn, uncarried: Set<Feature>): Json[] {
  return parts.map((part) => writePart(part, role, uncarried)).filter((block) => block !== null);
}

function writePart(part: Part, role: Turn["role"], uncarried: Set<Feature>): Json | null {
  switch (part.kind) {
    case "text":
    case "refusal":
      return writeWords(part);
    case "thinking":
      // No provider takes another's thinking, and this one none that it does not know again.
      return isOwnThinking(part) ? writeThought(part, part.signature.value) : null;
    case "tool-call":
      return writeToolUse(part);
    case "tool-result":
      return writeToolResult(part, uncarried);
    case "image":
    case "document": {
      const block = role === "user" ? writeMedium(part) : null;
      if (!block) uncarried.add(part.kind);
      return block;
    }
    case "audio":
      uncarried.add("audio");
      return null;
  }
}
