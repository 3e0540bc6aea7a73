/** What a provider's whole answer means. https://platform.openai.com/docs/api-reference/responses/object */
import type { Usage } from "../../../core/usage.ts";
import { countOf, type Json, listOf, objectOf, textOf } from "../../json.ts";
import { readOpenaiUsage } from "../../openai-usage.ts";
import type { AnswerPart, Finish, NeutralAnswer, NeutralEvent } from "../form.ts";
import { readReasoning } from "./reasoning-item.ts";

/** Ends that are none: the error says why. */
const FAILED = new Set<unknown>(["failed", "cancelled"]);

/** The answer in the neutral form; null where the document is none, or tells of a failure. */
export function readAnswer(answer: Json): NeutralAnswer | null {
  if (!Array.isArray(answer.output) || FAILED.has(answer.status)) return null;
  const parts = answer.output.flatMap((value) => readOutputItem(objectOf(value) ?? {}));
  return {
    ...readHead(answer),
    parts,
    finish: readFinish(answer, new Set(parts.map(({ kind }) => kind))),
    usage: readUsage(answer),
  };
}

/** Which answer it is, of which model, and when it was begun. */
export function readHead(answer: Json): Omit<Extract<NeutralEvent, { kind: "start" }>, "kind"> {
  const created = countOf(answer.created_at);
  return {
    id: textOf(answer.id) ?? "",
    model: textOf(answer.model) ?? "",
    created: created === null ? null : created * 1000,
  };
}

/** The usage, or null where the answer tells none. */
export function readUsage(answer: Json): Usage | null {
  const usage = objectOf(answer.usage);
  return usage && readOpenaiUsage(usage, {});
}

/** Why the answer ends. `said` are the kinds of what it consists of: only they tell calls and refusals. */
export function readFinish(answer: Json, said: ReadonlySet<AnswerPart["kind"]>): Finish {
  if (answer.status === "incomplete") {
    const reason = objectOf(answer.incomplete_details)?.reason;
    return { kind: reason === "content_filter" ? "filtered" : "length" };
  }
  if (said.has("tool-call")) return { kind: "tool-calls" };
  return said.has("refusal") ? { kind: "filtered" } : { kind: "stop", sequence: null };
}

/** What an item of the output says; nothing for an empty one, and for those that tell of tools at the provider. */
function readOutputItem(item: Json): readonly AnswerPart[] {
  switch (item.type) {
    case "message":
      return listOf(item.content).flatMap((part) => readSaid(objectOf(part) ?? {}) ?? []);
    case "reasoning": {
      const reasoning = readReasoning(item);
      return reasoning?.kind === "thinking" ? [reasoning] : [];
    }
    case "function_call":
      return [
        {
          kind: "tool-call",
          id: textOf(item.call_id) ?? textOf(item.id) ?? "",
          name: textOf(item.name) ?? "",
          arguments: textOf(item.arguments) ?? "{}",
        },
      ];
    default:
      return [];
  }
}

function readSaid(part: Json): AnswerPart | null {
  const refusal = textOf(part.refusal);
  if (part.type === "refusal") return refusal === null ? null : { kind: "refusal", text: refusal };
  const text = textOf(part.text);
  return text === null ? null : { kind: "text", text };
}
