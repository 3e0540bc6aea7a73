/** The whole answer for a client. */
import type { Json } from "../../json.ts";
import type { NeutralAnswer } from "../form.ts";
import type { AnswerTerms } from "../speaker.ts";
import { writeFinish } from "./finish.ts";
import { writeSpoken } from "./spoken.ts";
import { writeUsage } from "./write-usage.ts";

/** The answer. An empty text is a part all the same: the SDK's chats drop turns without one. */
export function writeAnswer(answer: NeutralAnswer, terms: AnswerTerms): Json {
  const { parts, finish, usage } = answer;
  const said = parts.length > 0 ? parts.map(writeSpoken) : [{ text: "" }];
  return {
    candidates: [{ content: { parts: said, role: "model" }, finishReason: writeFinish(finish), index: 0 }],
    ...(usage ? { usageMetadata: writeUsage(usage) } : {}),
    modelVersion: answer.model || terms.model,
    responseId: answer.id || terms.requestId,
  };
}
