/** What a provider's whole answer means. */
import { countOf, type Json, listOf, objectOf, textOf } from "../../json.ts";
import { findUsage } from "../../openai-chat.ts";
import { readOpenaiUsage } from "../../openai-usage.ts";
import type { AnswerPart, NeutralAnswer, NeutralEvent, PartHead } from "../form.ts";
import { isError } from "../openai-error.ts";
import { readFinish } from "./finish.ts";
import { createMessageReader } from "./read-delta.ts";

/** The answer, of the first choice; null where the document is an error or has no message. */
export function readAnswer(answer: Json): NeutralAnswer | null {
  const choice = objectOf(listOf(answer.choices)[0]);
  const message = objectOf(choice?.message);
  if (!choice || !message || isError(answer)) return null;
  const head = readHead(answer);
  const reader = createMessageReader(() => head.id);
  const parts = collect([...reader.read(message), ...reader.close()]);
  const usage = findUsage(answer);
  return {
    ...head,
    parts,
    finish: readFinish(textOf(choice.finish_reason) ?? "stop", reader),
    usage: usage && readOpenaiUsage(usage, {}),
  };
}

/** What stands at the top of an answer and of each chunk of a stream; empty where it is not said. */
export function readHead(answer: Json): Pick<NeutralAnswer, "id" | "model" | "created"> {
  const seconds = countOf(answer.created);
  return {
    id: textOf(answer.id) ?? "",
    model: textOf(answer.model) ?? "",
    created: seconds === null ? null : seconds * 1000,
  };
}

/** The parts that the events of a message tell. A whole message tells each in one piece, its signature after it. */
function collect(events: readonly NeutralEvent[]): readonly AnswerPart[] {
  const parts: AnswerPart[] = [];
  for (const event of events) {
    if (event.kind === "part-start") parts.push(emptyPart(event.part));
    const last = "index" in event ? parts[event.index] : undefined;
    if (!last || !("index" in event)) continue;
    if (event.kind === "piece") parts[event.index] = withText(last, event.text);
    if (event.kind === "signature" && last.kind !== "refusal") {
      parts[event.index] = { ...last, signature: event.signature };
    }
  }
  return parts.map((part) =>
    part.kind === "tool-call" && part.arguments === "" ? withText(part, "{}") : part,
  );
}

function emptyPart(head: PartHead): AnswerPart {
  switch (head.kind) {
    case "tool-call":
      return { ...head, arguments: "" };
    case "thinking":
      return { ...head, text: "", signature: null };
    default:
      return { kind: head.kind, text: "" };
  }
}

function withText(part: AnswerPart, text: string): AnswerPart {
  if (part.kind === "tool-call") return { ...part, arguments: part.arguments + text };
  return { ...part, text: part.text + text };
}
