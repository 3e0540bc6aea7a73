/** What a provider's whole answer means. */
import { readAnthropicUsage } from "../../anthropic-usage.ts";
import { type Json, objectOf, textOf } from "../../json.ts";
import { argumentsText } from "../arguments.ts";
import type { AnswerPart, NeutralAnswer, ThinkingPart } from "../form.ts";
import { unseal } from "../seal.ts";
import { readFinish } from "./finish.ts";

/** The answer; null where the document is no message. */
export function readAnswer(answer: Json): NeutralAnswer | null {
  if (!Array.isArray(answer.content)) return null;
  const usage = objectOf(answer.usage);
  return {
    id: textOf(answer.id) ?? "",
    model: textOf(answer.model) ?? "",
    created: null,
    parts: answer.content.map((block) => readBlock(objectOf(block) ?? {})).filter((part) => part !== null),
    finish: readFinish(answer) ?? { kind: "stop", sequence: null },
    usage: usage && readAnthropicUsage(usage),
  };
}

/** What the provider's own tools did has no place elsewhere; no translated request asks for it. */
function readBlock(block: Json): AnswerPart | null {
  switch (block.type) {
    case "text": {
      const text = textOf(block.text);
      return text === null ? null : { kind: "text", text };
    }
    case "thinking": {
      const text = typeof block.thinking === "string" ? block.thinking : "";
      return { kind: "thinking", text, signature: readSignature(block.signature) };
    }
    case "redacted_thinking":
      return { kind: "thinking", text: "", signature: readSignature(block.data), isRedacted: true };
    case "tool_use":
      return {
        kind: "tool-call",
        id: textOf(block.id) ?? "",
        name: textOf(block.name) ?? "",
        arguments: argumentsText(block.input),
      };
    default:
      return null;
  }
}

/** A signature as a provider of this format wrote it. */
export function readSignature(value: unknown): ThinkingPart["signature"] {
  const text = textOf(value);
  return text === null ? null : unseal(text, "anthropic-messages");
}
