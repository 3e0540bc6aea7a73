/** OpenAI's responses API as one side of a translation. https://platform.openai.com/docs/api-reference/responses */

import type { Feature } from "../form.ts";
import { readError, writeError } from "../openai-error.ts";
import type { Speaker } from "../speaker.ts";
import { readAnswer } from "./read-answer.ts";
import { readRequest } from "./read-request.ts";
import { createStreamReader } from "./read-stream.ts";
import { writeAnswer } from "./write-answer.ts";
import { writeRequest } from "./write-request.ts";
import { createStreamWriter } from "./write-stream.ts";

/** The responses API (SPEC 12.3). */
export const responsesSpeaker: Speaker = {
  name: "openai-responses",
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

const MEMBERS: Readonly<Record<Feature, string>> = {
  toolChoice: "tool_choice",
  parallelTools: "parallel_tool_calls",
  maxTokens: "max_output_tokens",
  temperature: "temperature",
  topP: "top_p",
  topK: "top_k",
  seed: "seed",
  frequencyPenalty: "frequency_penalty",
  presencePenalty: "presence_penalty",
  stop: "stop",
  format: "text.format",
  thinking: "reasoning",
  image: "input_image",
  document: "input_file",
  audio: "input_audio",
  tools: "tools",
  "tool-result": "function_call_output",
};
