/** The conversation for a provider: instructions, and turns as items. */
import type { Json } from "../../json.ts";
import type { Feature, NeutralRequest, Part, TextPart, ToolResultPart, Turn } from "../form.ts";
import { fitId } from "../ids.ts";
import { sealThinking } from "./reasoning-item.ts";
import { writeShown } from "./write-parts.ts";

type NoteUncarried = (feature: Feature) => void;

/**
 * The members that hold the conversation. A system prompt of several texts becomes a message, where they stay apart;
 * instructions in the middle are messages in their place.
 */
export function writeInput({ system, turns }: NeutralRequest, note: NoteUncarried): Json {
  const [first, ...others] = system;
  const items = turns.flatMap((turn) => writeTurn(turn, note));
  if (!first) return { input: items };
  if (others.length === 0) return { instructions: first.text, input: items };
  return { input: [writeMessage("system", system.map(inputText)), ...items] };
}

/** Neighbours that stand in one message are written as one. */
function writeTurn({ role, parts }: Turn, note: NoteUncarried): readonly Json[] {
  const items: Json[] = [];
  let content: Json[] = [];
  for (const part of parts) {
    const said = role === "assistant" ? writeSaid(part) : writeShown(part);
    if (said) {
      if (content.length === 0) items.push(writeMessage(role, content));
      content.push(said);
    } else {
      const item = writeItem(part, note);
      if (!item) continue;
      items.push(item);
      content = [];
    }
  }
  return items;
}

function writeMessage(role: Turn["role"], content: readonly Json[]): Json {
  return { type: "message", role, content };
}

/** What stands in a message of the assistant; null for what is an item of its own. */
function writeSaid(part: Part): Json | null {
  if (part.kind === "text") return { type: "output_text", text: part.text };
  return part.kind === "refusal" ? { type: "refusal", refusal: part.text } : null;
}

/** The thinking of other providers is left out, and what is not signed: OpenAI takes neither. */
function writeItem(part: Part, note: NoteUncarried): Json | null {
  switch (part.kind) {
    case "tool-call":
      return {
        type: "function_call",
        call_id: fitId(part.id),
        name: part.name,
        arguments: part.arguments,
      };
    case "tool-result":
      return { type: "function_call_output", call_id: fitId(part.id), output: writeResult(part) };
    case "thinking":
      if (part.signature?.by !== "openai-responses") return null;
      return { type: "reasoning", summary: writeSummary(part.text), encrypted_content: sealThinking(part) };
    case "image":
    case "document":
    case "audio":
      // Sounds, and what a model shows: no item takes them.
      note(part.kind);
      return null;
    default:
      return null;
  }
}

/** The summary of what was thought; empty where nothing is shown. */
export function writeSummary(text: string): readonly Json[] {
  return text === "" ? [] : [{ type: "summary_text", text }];
}

/** A text where it is one, else parts. That it is an error has to be said in words. */
function writeResult({ content, isError }: ToolResultPart): string | readonly Json[] {
  const [first, ...others] = content;
  const parts = isError ? withError(first, others) : content;
  const [only] = parts;
  if (!only) return "";
  if (parts.length === 1 && only.kind === "text") return only.text;
  return parts.map((part) => writeShown(part)).filter((part) => part !== null);
}

type ResultContent = ToolResultPart["content"];

function withError(first: ResultContent[number] | undefined, others: ResultContent): ResultContent {
  if (first?.kind === "text") return [{ ...first, text: `Error: ${first.text}` }, ...others];
  const said: TextPart = { kind: "text", text: "Error: the tool failed." };
  return first ? [said, first, ...others] : [said];
}

function inputText({ text }: TextPart): Json {
  return { type: "input_text", text };
}
