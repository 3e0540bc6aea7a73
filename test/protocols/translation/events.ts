/** Streams in the neutral form: an answer told piece by piece, and put together again. */
import type { Usage } from "../../../server/core/usage.ts";
import type {
  AnswerPart,
  Finish,
  NeutralAnswer,
  NeutralError,
  NeutralEvent,
  PartHead,
  Signature,
} from "../../../server/protocols/translation/form.ts";

/** The stream of an answer, each text cut into pieces of so many characters, in turn; none: every text is one piece. */
export function eventsOf(answer: NeutralAnswer, pieces: readonly number[] = []): readonly NeutralEvent[] {
  const { id, model, created, parts, finish, usage } = answer;
  const sizes = pieces.filter((size) => size > 0);
  return [
    { kind: "start", id, model, created },
    ...parts.flatMap((part, index) => partEvents(part, index, sizes)),
    { kind: "finish", finish },
    ...(usage ? [{ kind: "usage" as const, usage }] : []),
    { kind: "end" },
  ];
}

/** What a stream amounts to. */
export interface Folded {
  /** Null where the stream did not come to its end. */
  readonly answer: NeutralAnswer | null;
  readonly error: NeutralError | null;
}

/** The answer that a stream tells. Throws where the stream breaks the rules of the form: that is a defect of who made it. */
export function foldEvents(events: readonly NeutralEvent[]): Folded {
  let head: Pick<NeutralAnswer, "id" | "model" | "created"> | null = null;
  let finish: Finish | null = null;
  let usage: Usage | null = null;
  const parts: OpenPart[] = [];
  for (const [at, event] of events.entries()) {
    const open = "index" in event && event.kind !== "part-start" ? parts[event.index] : undefined;
    if ("index" in event && event.kind !== "part-start" && (!open || open.isEnded)) {
      throw new Error(`a ${event.kind} of the part ${event.index}, which is not open`);
    }
    if (!head && event.kind !== "start" && event.kind !== "error")
      throw new Error(`${event.kind} before the start`);
    switch (event.kind) {
      case "start":
        if (head) throw new Error("two starts");
        head = { id: event.id, model: event.model, created: event.created };
        break;
      case "part-start":
        if (event.index !== parts.length) throw new Error(`part ${event.index} after ${parts.length} parts`);
        parts.push({ head: event.part, text: "", signature: null, isEnded: false });
        break;
      case "piece":
        if (open) open.text += event.text;
        break;
      case "signature":
        if (open) open.signature = event.signature;
        break;
      case "part-end":
        if (open) open.isEnded = true;
        break;
      case "usage":
        usage = event.usage;
        break;
      case "finish":
        if (finish) throw new Error("two finishes");
        finish = event.finish;
        break;
      case "error":
      case "end":
        if (at !== events.length - 1) throw new Error(`${events[at + 1]?.kind} after the ${event.kind}`);
        if (event.kind === "error") return { answer: null, error: event.error };
        if (parts.some(({ isEnded }) => !isEnded)) throw new Error("the end, and a part is open");
        if (!finish || !head) throw new Error("the end without a finish");
        return { answer: { ...head, parts: parts.map(partOf), finish, usage }, error: null };
    }
  }
  return { answer: null, error: null };
}

interface OpenPart {
  readonly head: PartHead;
  text: string;
  signature: Signature | null;
  isEnded: boolean;
}

function partEvents(part: AnswerPart, index: number, sizes: readonly number[]): readonly NeutralEvent[] {
  const text = part.kind === "tool-call" ? part.arguments : part.text;
  const signature = "signature" in part ? part.signature : null;
  return [
    { kind: "part-start", index, part: headOf(part) },
    ...cut(text, sizes).map((piece) => ({ kind: "piece" as const, index, text: piece })),
    ...(signature ? [{ kind: "signature" as const, index, signature }] : []),
    { kind: "part-end", index },
  ];
}

function headOf(part: AnswerPart): PartHead {
  if (part.kind === "tool-call") return { kind: "tool-call", id: part.id, name: part.name };
  if (part.kind === "thinking" && part.isRedacted) return { kind: "thinking", isRedacted: true };
  return { kind: part.kind };
}

/** Cut between characters: providers send whole ones. */
function cut(text: string, sizes: readonly number[]): readonly string[] {
  const characters = [...text];
  const pieces: string[] = [];
  for (let at = 0, turn = 0; at < characters.length; turn++) {
    const size = sizes[turn % sizes.length] ?? characters.length;
    pieces.push(characters.slice(at, at + size).join(""));
    at += size;
  }
  return pieces;
}

function partOf({ head, text, signature }: OpenPart): AnswerPart {
  const signed = signature ? { signature } : {};
  switch (head.kind) {
    case "text":
      return { kind: "text", text, ...signed };
    case "refusal":
      return { kind: "refusal", text };
    case "thinking":
      return { kind: "thinking", text, signature, ...(head.isRedacted ? { isRedacted: true } : {}) };
    case "tool-call":
      return {
        kind: "tool-call",
        id: head.id,
        name: head.name,
        arguments: text === "" ? "{}" : text,
        ...signed,
      };
  }
}
