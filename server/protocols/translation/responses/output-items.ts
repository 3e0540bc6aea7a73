/** The items of which a response's output consists, as clients are told them: in the making, and whole. */
import { messageItem, textPart } from "../../openai-responses-reply.ts";
import type { AnswerPart, PartHead } from "../form.ts";
import { sealMark, sealThinking } from "./reasoning-item.ts";
import { writeSummary } from "./write-items.ts";

/** One item; clients tell them apart by their ids. */
export interface OutputItem {
  readonly type: "message" | "reasoning" | "function_call";
  readonly id: string;
}

type Kind = PartHead["kind"];

/** Gives each item of one answer an id, after the kind of its part. */
export type NextId = (kind: Kind) => string;

const PREFIXES: Readonly<Record<Kind, string>> = {
  text: "msg",
  refusal: "msg",
  thinking: "rs",
  "tool-call": "fc",
};

/** Ids that no other answer's items have. */
export function createItemIds(requestId: string): NextId {
  let count = 0;
  return (kind) => `${PREFIXES[kind]}_${requestId}_${count++}`;
}

/** An item of which nothing has been said yet. */
export function beginItem(id: string, head: PartHead): OutputItem {
  switch (head.kind) {
    case "text":
    case "refusal":
      return messageItem(id, "in_progress", []);
    case "thinking":
      return reasoningItem(id, "", null);
    case "tool-call":
      return callItem(id, "in_progress", head, "");
  }
}

/** The item that says all of a part, less a signature that has no place in it. */
export function completeItem(id: string, part: AnswerPart): OutputItem {
  switch (part.kind) {
    case "text":
      return messageItem(id, "completed", [textPart(part.text)]);
    case "refusal":
      return messageItem(id, "completed", [refusalPart(part.text)]);
    case "thinking":
      return reasoningItem(id, part.text, sealThinking(part));
    case "tool-call":
      return callItem(id, "completed", part, part.arguments);
  }
}

/**
 * The item that follows a text or a call and carries its signature; null where there is none to carry. OpenAI itself
 * signs thinking alone.
 */
export function markItem(part: AnswerPart, nextId: NextId): OutputItem | null {
  if (part.kind !== "text" && part.kind !== "tool-call") return null;
  const { signature } = part;
  if (!signature || signature.by === "openai-responses") return null;
  const mark = sealMark(signature, part.kind === "text" ? null : part.id);
  return reasoningItem(nextId("thinking"), "", mark);
}

/** The words of declining, as they stand in a message. */
export function refusalPart(refusal: string): object {
  return { type: "refusal", refusal };
}

interface ReasoningItem extends OutputItem {
  readonly summary: readonly object[];
  readonly encrypted_content?: string;
}

function reasoningItem(id: string, text: string, encrypted: string | null): ReasoningItem {
  const hidden = encrypted === null ? {} : { encrypted_content: encrypted };
  return { type: "reasoning", id, summary: writeSummary(text), ...hidden };
}

interface CallItem extends OutputItem {
  readonly status: string;
  readonly call_id: string;
  readonly name: string;
  readonly arguments: string;
}

function callItem(id: string, status: string, call: { id: string; name: string }, args: string): CallItem {
  return { type: "function_call", id, status, call_id: call.id, name: call.name, arguments: args };
}
