/** A part of an answer taken apart into what a stream tells of it, and put together again. */
import type { AnswerPart, PartHead, Signature } from "./form.ts";

/** What a part begins with in a stream. */
export function headOf(part: AnswerPart): PartHead {
  switch (part.kind) {
    case "tool-call":
      return { kind: "tool-call", id: part.id, name: part.name };
    case "thinking":
      return part.isRedacted ? { kind: "thinking", isRedacted: true } : { kind: "thinking" };
    default:
      return { kind: part.kind };
  }
}

/** The part that began with a head, and of which all has been told: its text, or its arguments, and its signature. */
export function partOf(head: PartHead, text: string, signature: Signature | null): AnswerPart {
  switch (head.kind) {
    case "text":
      return { ...head, text, ...(signature && { signature }) };
    case "refusal":
      return { ...head, text };
    case "thinking":
      return { ...head, text, signature };
    case "tool-call":
      return { ...head, arguments: text, ...(signature && { signature }) };
  }
}
