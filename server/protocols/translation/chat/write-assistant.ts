/** An assistant's turn as a message for a provider: only what it said or what its own kind thought. */
import type { Json } from "../../json.ts";
import type { Part, Signature, TextPart, ThinkingPart, ToolCallPart } from "../form.ts";
import { fitId } from "../ids.ts";
import { writeGoogleSignature } from "./google-signature.ts";
import { placeOf, writeDetail } from "./thinking.ts";
import { contentOf } from "./write-part.ts";

/** The message; none where nothing of the turn is left. Thinking of other formats is: no provider takes another's. */
export function writeAssistant(parts: readonly Part[]): readonly Json[] {
  const content = parts.flatMap((part) => writeSaid(part));
  const calls = parts.filter((part) => part.kind === "tool-call").map(writeCall);
  if (content.length === 0 && calls.length === 0) return [];
  const lastText = parts.findLast((part): part is TextPart => part.kind === "text");
  return [
    {
      role: "assistant",
      ...writeThinking(parts.filter((part) => part.kind === "thinking")),
      content: content.length > 0 ? contentOf(content) : null,
      ...(calls.length > 0 ? { tool_calls: calls } : {}),
      ...writeSignature(lastText?.signature),
    },
  ];
}

function writeSaid(part: Part): readonly Json[] {
  if (part.kind === "text") return [{ type: "text", text: part.text }];
  if (part.kind === "refusal") return [{ type: "refusal", refusal: part.text }];
  if (part.kind !== "thinking" || placeOf(part) !== "thinking") return [];
  return [{ type: "thinking", thinking: [{ type: "text", text: part.text }] }];
}

function writeCall({ id, name, arguments: args, signature }: ToolCallPart): Json {
  return {
    id: fitId(id),
    type: "function",
    function: { name, arguments: args },
    ...writeSignature(signature),
  };
}

function writeThinking(parts: readonly ThinkingPart[]): Json {
  const own = parts.filter(({ signature }) => signature?.by === "openai-chat");
  const details = own.flatMap((part, index) => writeDetail(part, index) ?? []);
  const plain = (["reasoning_content", "reasoning"] as const).flatMap((place) => {
    const text = own
      .filter((part) => placeOf(part) === place)
      .map((part) => part.text)
      .join("");
    return text === "" ? [] : [[place, text] as const];
  });
  return { ...Object.fromEntries(plain), ...(details.length > 0 ? { reasoning_details: details } : {}) };
}

function writeSignature(signature: Signature | undefined): Json {
  return signature?.by === "openai-chat" ? writeGoogleSignature(signature.value) : {};
}
