/** What a request in the format of chat completions asks for, the legacy completions and compatible hosts included. */
import type { Bytes } from "../core/duration.ts";
import {
  choicesOf,
  demandsFormat,
  forcesTool,
  highestCeiling,
  isGiven,
  NO_DEMAND,
  writtenNames,
} from "./demand.ts";
import { type Json, listOf, objectOf, textOf } from "./json.ts";
import { lowerMember } from "./json-edit.ts";
import {
  createTally,
  type MediaTally,
  tallyDocument,
  tallyImage,
  tallyRecording,
  tallyTokenIds,
  toEstimate,
} from "./media.ts";
import { imageTokensOf } from "./openai-media.ts";
import type { Demand, InputEstimate } from "./protocol.ts";

/** Members by which hosts bring input that does not stand in the body: searches, stored prompts, caches. */
const BRINGING = [
  "web_search_options",
  "search_parameters",
  "plugins",
  "data_sources",
  "cached_content",
  "agent_id",
];
const CLIENT_TOOLS = new Set<unknown>(["function", "custom", undefined]);
/** These models refuse `max_tokens`. https://platform.openai.com/docs/guides/reasoning */
const COMPLETION_TOKENS = /^(?:.*\/)?(?:o\d|gpt-[5-9]|codex-)/i;

/** Reads the demand. */
export function readChatDemand(request: Json): Demand {
  const google = objectOf(objectOf(request.extra_body)?.google) ?? objectOf(request.google);
  const budget = highestCeiling(
    objectOf(request.thinking)?.budget_tokens,
    objectOf(google?.thinking_config)?.thinking_budget,
    objectOf(request.reasoning)?.max_tokens,
    request.thinking_budget,
  );
  return {
    ...NO_DEMAND,
    ceiling: highestCeiling(request.max_tokens, request.max_completion_tokens),
    choices: choicesOf(Math.max(choicesOf(request.n), choicesOf(request.best_of)) * promptsOf(request)),
    demandsStructure:
      demandsFormat(request.response_format) ||
      forcesTool(request.tool_choice) ||
      objectOf(request.function_call) !== null,
    thinkingBudget: budget ?? 0,
    hiddenInput:
      BRINGING.some((name) => isGiven(request[name])) ||
      isGiven(google?.cached_content) ||
      listOf(request.tools).some((tool) => !CLIENT_TOOLS.has(objectOf(tool)?.type)) ||
      readMedia(request, null).isHidden,
    usageChunk: request.stream === true && objectOf(request.stream_options)?.include_usage === true,
  };
}

/** Lowers what the client wrote, both names if it wrote both; else adds the one that the model takes. */
export function lowerChatCeiling(
  body: Uint8Array<ArrayBuffer>,
  request: Json,
  ceiling: number,
  model: string | null,
): Uint8Array<ArrayBuffer> {
  const usual = COMPLETION_TOKENS.test(model ?? "") ? "max_completion_tokens" : "max_tokens";
  const names = writtenNames(request, ["max_tokens", "max_completion_tokens"], usual);
  return names.reduce((lowered, name) => lowerMember(lowered, name, ceiling), body);
}

/** Estimates the input. Token ids, of legacy completions and of embeddings, are counted one by one. */
export function estimateChatInput(request: Json, bodyBytes: Bytes, model: string | null): InputEstimate {
  const tally = readMedia(request, model);
  tallyTokenIds(tally, request.prompt);
  tallyTokenIds(tally, request.input);
  return toEstimate(tally, bodyBytes);
}

/** A list of legacy prompts is answered one by one; a list of token ids is one prompt. */
function promptsOf(request: Json): number {
  const prompts = listOf(request.prompt);
  return typeof prompts[0] === "number" ? 1 : Math.max(1, prompts.length);
}

function readMedia(request: Json, model: string | null): MediaTally {
  const tally = createTally(imageTokensOf(model));
  for (const value of listOf(request.messages)) {
    const message = objectOf(value);
    if (!message) continue;
    for (const part of listOf(message.content)) readPart(tally, objectOf(part));
    // Ollama's own API has images beside the text.
    for (const image of listOf(message.images)) tallyImage(tally, image);
    // An earlier answer's sound is named, not repeated.
    if (isGiven(objectOf(message.audio)?.id)) tally.isHidden = true;
  }
  for (const image of listOf(request.images)) tallyImage(tally, image);
  return tally;
}

/** A part of a message. Compatible hosts write the URL with and without an object around it. */
function readPart(tally: MediaTally, part: Json | null): void {
  switch (part?.type) {
    case "image_url":
      tallyImage(tally, urlOf(part.image_url));
      break;
    case "input_audio":
      tallyRecording(tally, objectOf(part.input_audio)?.data ?? part.input_audio);
      break;
    case "audio_url":
    case "video_url":
      tallyRecording(tally, urlOf(part[part.type]));
      break;
    case "document_url":
      tallyDocument(tally, urlOf(part.document_url));
      break;
    case "file": {
      const file = objectOf(part.file) ?? part;
      if (isGiven(file.file_id) || isGiven(file.file_url)) tally.isHidden = true;
      tallyDocument(tally, file.file_data);
      break;
    }
  }
}

function urlOf(value: unknown): string | null {
  return textOf(objectOf(value)?.url ?? value);
}
