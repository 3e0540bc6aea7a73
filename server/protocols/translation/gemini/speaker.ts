/** Gemini's side of every translation. https://ai.google.dev/api/generate-content */
import type { Feature } from "../form.ts";
import type { Speaker } from "../speaker.ts";
import { readError, writeError } from "./error.ts";
import { readAnswer } from "./read-answer.ts";
import { readRequest } from "./read-request.ts";
import { createStreamReader } from "./read-stream.ts";
import { writeAnswer } from "./write-answer.ts";
import { writeRequest } from "./write-request.ts";
import { createStreamWriter } from "./write-stream.ts";

/** How Gemini's native format is spoken and understood (SPEC 12.3). */
export const geminiSpeaker: Speaker = {
  name: "gemini",
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
  toolChoice: "toolConfig.functionCallingConfig",
  parallelTools: "toolConfig.functionCallingConfig",
  maxTokens: "generationConfig.maxOutputTokens",
  temperature: "generationConfig.temperature",
  topP: "generationConfig.topP",
  topK: "generationConfig.topK",
  seed: "generationConfig.seed",
  frequencyPenalty: "generationConfig.frequencyPenalty",
  presencePenalty: "generationConfig.presencePenalty",
  stop: "generationConfig.stopSequences",
  format: "generationConfig.responseMimeType",
  thinking: "generationConfig.thinkingConfig",
  image: "contents[].parts[].inlineData",
  document: "contents[].parts[].inlineData",
  audio: "contents[].parts[].inlineData",
  tools: "tools[].functionDeclarations",
  "tool-result": "contents[].parts[].functionResponse",
};
