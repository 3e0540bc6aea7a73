/** The side of OpenAI's chat completions, and of the hosts that are compatible, in every translation (SPEC 12.3). */

import type { Feature } from "../form.ts";
import { readError, writeError } from "../openai-error.ts";
import type { Speaker } from "../speaker.ts";
import { readAnswer } from "./read-answer.ts";
import { readRequest } from "./read-request.ts";
import { createStreamReader } from "./read-stream.ts";
import { writeAnswer } from "./write-answer.ts";
import { writeRequest } from "./write-request.ts";
import { createStreamWriter } from "./write-stream.ts";

export const chatSpeaker: Speaker = {
  name: "openai-chat",
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

/** What its clients call each feature. */
const MEMBERS: Readonly<Record<Feature, string>> = {
  toolChoice: "tool_choice",
  parallelTools: "parallel_tool_calls",
  maxTokens: "max_completion_tokens",
  temperature: "temperature",
  topP: "top_p",
  topK: "top_k",
  seed: "seed",
  frequencyPenalty: "frequency_penalty",
  presencePenalty: "presence_penalty",
  stop: "stop",
  format: "response_format",
  thinking: "reasoning_effort",
  image: "image_url",
  document: "file",
  audio: "input_audio",
  tools: "tools",
  "tool-result": "content of a tool message",
};
