/** A conversation as messages for a provider. */
import type { Json } from "../../json.ts";
import type { Feature, NeutralRequest, Part, TextPart, ToolResultPart, Turn } from "../form.ts";
import { fitId } from "../ids.ts";
import { writeAssistant } from "./write-assistant.ts";
import { contentOf, writePart } from "./write-part.ts";

/** The messages: the instructions, then the turns in order. Adds to `uncarried` what they have no place for. */
export function writeMessages({ system, turns }: NeutralRequest, uncarried: Set<Feature>): readonly Json[] {
  return [
    ...(system.length > 0 ? [{ role: "system", content: contentOf(system.map(writeText)) }] : []),
    ...turns.flatMap((turn) => writeTurn(turn, uncarried)),
  ];
}

function writeTurn({ role, parts }: Turn, uncarried: Set<Feature>): readonly Json[] {
  if (role === "assistant") return writeAssistant(parts);
  const results = parts.filter((part) => part.kind === "tool-result");
  const said = parts.flatMap((part) => writePart(part, uncarried));
  return [
    ...results.map((result) => writeResult(result, uncarried)),
    ...(said.length > 0 ? [{ role, content: contentOf(said) }] : []),
  ];
}

/** A result is text alone, and has no flag for an error. */
function writeResult({ id, content, isError }: ToolResultPart, uncarried: Set<Feature>): Json {
  const texts = content.flatMap((part) => resultText(part, uncarried));
  const [first = "", ...others] = texts;
  const told = isError ? [`Error: ${first}`, ...others] : texts;
  return {
    role: "tool",
    tool_call_id: fitId(id),
    content: contentOf(told.map((text) => ({ type: "text", text }))),
  };
}

function resultText(part: Part, uncarried: Set<Feature>): readonly string[] {
  if (part.kind === "text") return [part.text];
  if (part.kind === "document" && part.source.kind === "text") return [part.source.text];
  uncarried.add("tool-result");
  return [];
}

function writeText({ text }: TextPart): Json {
  return { type: "text", text };
}
