/** Anthropic's messages in every translation. https://platform.claude.com/docs/en/api/messages */
import type { Feature } from "../form.ts";
import type { Speaker } from "../speaker.ts";
import { readError, writeError } from "./error.ts";
import { readAnswer } from "./read-answer.ts";
import { readRequest } from "./read-request.ts";
import { createStreamReader } from "./read-stream.ts";
import { writeAnswer } from "./write-answer.ts";
import { writeRequest } from "./write-request.ts";
import { createStreamWriter } from "./write-stream.ts";

/** What its clients call each feature; what the format has no member for, by the usual name. */
const MEMBERS: Readonly<Record<Feature, string>> = {
  toolChoice: "tool_choice",
  parallelTools: "tool_choice.disable_parallel_tool_use",
  maxTokens: "max_tokens",
  temperature: "temperature",
  topP: "top_p",
  topK: "top_k",
  seed: "seed",
  frequencyPenalty: "frequency_penalty",
  presencePenalty: "presence_penalty",
  stop: "stop_sequences",
  format: "output_config.format",
  thinking: "thinking",
  image: "messages[].content[].type=image",
  document: "messages[].content[].type=document",
  audio: "messages[].content[].type=audio",
  tools: "tools",
  "tool-result": "messages[].content[].type=tool_result",
};

/** The format's side of every translation (SPEC 12.3). */
export const messagesSpeaker: Speaker = {
  name: "anthropic-messages",
  readRequest,
  writeRequest,
  memberOf: (feature) => MEMBERS[feature],
  readAnswer,
  writeAnswer,
  readError,
  writeError,
  createStreamReader,
  createStreamWriter,
};
