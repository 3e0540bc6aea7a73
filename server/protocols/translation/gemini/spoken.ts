/** What a model says, part by part: in answers, in chunks of streams, and in conversations that are sent back. */
import type { Json } from "../../json.ts";
import { argumentsOf, argumentsText } from "../arguments.ts";
import { noteWrong } from "../findings.ts";
import type { AnswerPart, Signature } from "../form.ts";
import { type Members, nameRest, passOver, takeFlag, takeJson, takeMembers, takeText } from "./members.ts";
import { type ReadSignature, readSignature, writeSignature } from "./signature.ts";

/** The id of a call that may have none of its own. */
export type NameCall = (id: string | null, name: string) => string;

/** One part of a model's content; null for what says nothing. */
export function readSpoken(part: Members, nameCall: NameCall): AnswerPart | null {
  const mark = readSignature(takeText(part, "thoughtSignature") ?? "");
  const isThought = takeFlag(part, "thought") === true;
  const call = takeMembers(part, "functionCall");
  const spoken = call ? readCall(call, mark, nameCall) : readText(part, mark, isThought);
  passOver(part, "partMetadata");
  nameRest(part);
  return spoken;
}

function readText(part: Members, mark: ReadSignature | null, isThought: boolean): AnswerPart | null {
  const text = takeText(part, "text");
  if (!mark && (text === null || text === "")) return null;
  if (!isThought) return { kind: "text", text: text ?? "", ...(mark && { signature: mark.signature }) };
  const thinking = { kind: "thinking" as const, text: text ?? "", signature: mark?.signature ?? null };
  return mark?.isRedacted ? { ...thinking, isRedacted: true } : thinking;
}

function readCall(call: Members, mark: ReadSignature | null, nameCall: NameCall): AnswerPart {
  const name = takeText(call, "name");
  if (!name) noteWrong(call.findings, `${call.path}.name`, "the name of a function");
  const args = takeJson(call, "args");
  const id = nameCall(takeText(call, "id") || null, name ?? "");
  nameRest(call);
  return {
    kind: "tool-call",
    id,
    name: name ?? "",
    arguments: argumentsText(args),
    ...(mark && { signature: mark.signature }),
  };
}

/**
 * Puts together what was told in pieces: text after text and thought after thought, up to a signature. Histories of
 * streamed answers have a part for each chunk, and the signature often in a last, empty one.
 */
export function joinSpoken(parts: readonly AnswerPart[]): readonly AnswerPart[] {
  const joined: AnswerPart[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    const whole = last && join(last, part);
    if (whole) joined[joined.length - 1] = whole;
    else joined.push(part);
  }
  return joined;
}

function join(first: AnswerPart, second: AnswerPart): AnswerPart | null {
  if (first.kind === "text" && second.kind === "text" && !first.signature) {
    return { ...second, text: first.text + second.text };
  }
  if (first.kind === "thinking" && second.kind === "thinking" && !first.signature && !second.isRedacted) {
    return { ...second, text: first.text + second.text };
  }
  return null;
}

/** A part of a model's content. */
export function writeSpoken(part: AnswerPart): Json {
  switch (part.kind) {
    case "text":
      return { text: part.text, ...signed(part.signature) };
    case "refusal":
      return { text: part.text };
    case "thinking":
      return { text: part.text, thought: true, ...signed(part.signature, part.isRedacted) };
    case "tool-call": {
      const { id, name } = part;
      return {
        functionCall: { id, name, args: argumentsOf(part.arguments) },
        ...signed(part.signature),
      };
    }
  }
}

function signed(signature: Signature | null | undefined, isRedacted?: boolean): Json {
  return signature ? { thoughtSignature: writeSignature(signature, isRedacted) } : {};
}
