/** What a whole answer and a chunk of a stream have in common. https://ai.google.dev/api/generate-content#v1beta.GenerateContentResponse */
import type { Instant } from "../../../core/duration.ts";
import { type Json, listOf, objectOf, textOf } from "../../json.ts";
import { createFindings } from "../findings.ts";
import type { AnswerPart } from "../form.ts";
import { fitId } from "../ids.ts";
import { readMembers } from "./members.ts";
import { type NameCall, readSpoken } from "./spoken.ts";

/** The head of an answer; empty texts where the provider says nothing. */
export interface AnswerHead {
  readonly id: string;
  readonly model: string;
  readonly created: Instant | null;
}

/** Id, model and, with Vertex, the time. */
export function readHead({ responseId, modelVersion, createTime }: Json): AnswerHead {
  const created = Date.parse(textOf(createTime) ?? "");
  return {
    id: textOf(responseId) ?? "",
    model: textOf(modelVersion) ?? "",
    created: Number.isNaN(created) ? null : created,
  };
}

/** The first candidate: more are never asked for. */
export function candidateOf(answer: Json): Json | null {
  return objectOf(listOf(answer.candidates)[0]);
}

/** What the model says in it, in the order in which it says it. What has no place in the neutral form is none of it. */
export function partsOf(candidate: Json | null, nameCall: NameCall): readonly AnswerPart[] {
  const findings = createFindings();
  return listOf(objectOf(candidate?.content)?.parts).flatMap((value) => {
    const members = readMembers({ path: "", value }, findings);
    const part = members && readSpoken(members, nameCall);
    return part && (part.kind !== "tool-call" || part.name !== "") ? [part] : [];
  });
}

/** Why the answer is over, as Google says it; null while it goes on. A prompt that is blocked has no candidate. */
export function reasonOf(answer: Json, candidate: Json | null): string | null {
  const blocked = textOf(objectOf(answer.promptFeedback)?.blockReason);
  return textOf(candidate?.finishReason) ?? (blocked === null ? null : "SAFETY");
}

/** Makes ids for the calls of one answer, which has its own: two answers never make the same. */
export function createNameCall(answerId: () => string): NameCall {
  let made = 0;
  return (id) => {
    if (id !== null) return id;
    const answer = answerId();
    return fitId(answer === "" ? `call_${made++}` : `call_${answer}_${made++}`);
  };
}
