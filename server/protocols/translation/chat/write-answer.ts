/** The whole answer for a client. https://platform.openai.com/docs/api-reference/chat/object */
import type { Json } from "../../json.ts";
import type { AnswerPart, NeutralAnswer, ToolCallPart } from "../form.ts";
import { seal } from "../seal.ts";
import type { AnswerTerms } from "../speaker.ts";
import { writeFinish } from "./finish.ts";
import { writeGoogleSignature } from "./google-signature.ts";
import { writeDetail } from "./thinking.ts";
import { writeUsage } from "./write-usage.ts";

/** Writes an answer of one choice. Parts of one kind become one: the message has a place for each kind. */
export function writeAnswer(answer: NeutralAnswer, terms: AnswerTerms): Json {
  const { parts, finish, usage } = answer;
  const content = {
    hasCalls: parts.some(({ kind }) => kind === "tool-call"),
    hasRefusal: parts.some(({ kind }) => kind === "refusal"),
  };
  return {
    ...writeHead(answer, terms),
    object: "chat.completion",
    choices: [
      {
        index: 0,
        message: writeMessage(parts),
        logprobs: null,
        finish_reason: writeFinish(finish, content),
      },
    ],
    ...(usage ? { usage: writeUsage(usage) } : {}),
  };
}

/** What stands at the top of an answer and of each chunk of a stream. */
export function writeHead(
  { id, created, model }: Pick<NeutralAnswer, "id" | "created" | "model">,
  { requestId, now, model: asked }: AnswerTerms,
): Json {
  return { id: id || requestId, created: Math.floor((created ?? now) / 1000), model: model || asked };
}

function writeMessage(parts: readonly AnswerPart[]): Json {
  const thinking = parts.filter((part) => part.kind === "thinking");
  const thought = textOfAll(thinking);
  const details = thinking.flatMap((part, index) => writeDetail(part, index) ?? []);
  const calls = parts.filter((part) => part.kind === "tool-call").map(writeCall);
  const signature = parts.findLast((part) => part.kind === "text")?.signature;
  return {
    role: "assistant",
    content: textOfAll(parts.filter(({ kind }) => kind === "text")),
    refusal: textOfAll(parts.filter(({ kind }) => kind === "refusal")),
    ...(thought === null ? {} : { reasoning_content: thought }),
    ...(details.length > 0 ? { reasoning_details: details } : {}),
    ...(calls.length > 0 ? { tool_calls: calls } : {}),
    ...(signature ? writeGoogleSignature(seal(signature, "openai-chat")) : {}),
  };
}

/** Null where nothing is said. */
function textOfAll(parts: readonly AnswerPart[]): string | null {
  const text = parts.map((part) => (part.kind === "tool-call" ? "" : part.text)).join("");
  return text === "" ? null : text;
}

function writeCall({ id, name, arguments: args, signature }: ToolCallPart): Json {
  return {
    id,
    type: "function",
    function: { name, arguments: args },
    ...(signature ? writeGoogleSignature(seal(signature, "openai-chat")) : {}),
  };
}
