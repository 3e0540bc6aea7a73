/** The whole answer for a client. */

import type { Json } from "../../json.ts";
import { argumentsOf } from "../arguments.ts";
import type { AnswerPart, NeutralAnswer } from "../form.ts";
import { seal } from "../seal.ts";
import type { AnswerTerms } from "../speaker.ts";
import { writeFinish } from "./finish.ts";
import { writeKeepsake } from "./keepsake.ts";
import { writeThought } from "./write-blocks.ts";
import { writeUsage } from "./write-usage.ts";

/** The message (SPEC 12.3). */
export function writeAnswer(answer: NeutralAnswer, terms: AnswerTerms): Json {
  return {
    ...messageHead(answer, terms),
    content: answer.parts.flatMap(writePart),
    ...writeFinish(answer.finish),
    usage: writeUsage(answer.usage),
  };
}

/** What every message begins with, in a stream as well. */
export function messageHead({ id, model }: Pick<NeutralAnswer, "id" | "model">, terms: AnswerTerms): Json {
  return {
    id: id === "" ? `msg_${terms.requestId}` : id,
    type: "message",
    role: "assistant",
    model: model === "" ? terms.model : model,
  };
}

function writePart(part: AnswerPart): readonly Json[] {
  switch (part.kind) {
    case "text":
      return [{ type: "text", text: part.text }, ...keepsakeOf(part)];
    case "refusal":
      return [{ type: "text", text: part.text }];
    case "thinking":
      return [writeThought(part, seal(part.signature, "anthropic-messages"))];
    case "tool-call": {
      const { id, name } = part;
      return [{ type: "tool_use", id, name, input: argumentsOf(part.arguments) }, ...keepsakeOf(part)];
    }
  }
}

function keepsakeOf({
  signature,
}: Pick<Extract<AnswerPart, { kind: "text" }>, "signature">): readonly Json[] {
  return signature ? [writeKeepsake(signature)] : [];
}
