/** What a request in the format of chat completions asks for, the legacy completions and compatible hosts included. */
import { cacheWriteOf } from "./cache-write.ts";
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
import { namesMedia } from "./media-output.ts";
import { bareModel } from "./model-name.ts";
import { imageTokensOf } from "./openai-media.ts";
import type { Demand, RequestReading } from "./protocol.ts";
import { SEARCH_TIER, searchUnit } from "./reading.ts";
import { thinksBy } from "./reasoning.ts";
import { surchargesOf } from "./surcharges.ts";

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
const COMPLETION_TOKENS = /^(?:o\d|gpt-(?:[5-9]|1\d)|codex-)/;

/** Reads a request. Token ids, of legacy completions and of embeddings, are counted one by one. */
export function readChatRequest(request: Json, text: string, model: string | null): RequestReading {
  const google = objectOf(objectOf(request.extra_body)?.google) ?? objectOf(request.google);
  const media = readMedia(request, model);
  tallyTokenIds(media, request.prompt);
  tallyTokenIds(media, request.input);
  const demand = {
    ...NO_DEMAND,
    ceiling: highestCeiling(request.max_tokens, request.max_completion_tokens),
    choices: choicesOf(Math.max(choicesOf(request.n), choicesOf(request.best_of)) * promptsOf(request)),
    demandsStructure:
      demandsFormat(request.response_format) ||
      forcesTool(request.tool_choice) ||
      objectOf(request.function_call) !== null,
    ...readThinking(request, google),
    mediaOutput: namesMedia(request.modalities) || isGiven(request.audio),
    hiddenInput:
      BRINGING.some((name) => isGiven(request[name])) ||
      isGiven(google?.cached_content) ||
      listOf(request.tools).some((tool) => !CLIENT_TOOLS.has(objectOf(tool)?.type)) ||
      searchUnit(request.model) !== null ||
      media.isHidden,
    cacheWrite: cacheWriteOf(request, text, "short"),
    surcharges: readSurcharges(request),
    usageChunk: request.stream === true && objectOf(request.stream_options)?.include_usage === true,
  };
  return { demand, input: toEstimate(media, text) };
}

/** Every host has its own switch. */
function readThinking(request: Json, google: Json | null): Pick<Demand, "thinkingBudget" | "thinks"> {
  const thinking = objectOf(request.thinking);
  const reasoning = objectOf(request.reasoning);
  const template = objectOf(request.chat_template_kwargs);
  const config = objectOf(google?.thinking_config);
  const budget = highestCeiling(
    thinking?.budget_tokens,
    config?.thinking_budget,
    reasoning?.max_tokens,
    request.thinking_budget,
  );
  const thinks = thinksBy(
    request.reasoning_effort,
    thinking?.type ?? thinking?.budget_tokens,
    reasoning?.effort,
    reasoning?.enabled,
    reasoning?.max_tokens,
    request.enable_thinking,
    request.thinking_budget,
    template?.enable_thinking,
    template?.thinking,
    config?.thinking_budget,
    config?.thinking_level,
    config?.include_thoughts,
  );
  return { thinkingBudget: budget ?? 0, thinks };
}

function readSurcharges(request: Json): Demand["surcharges"] {
  const searches = isGiven(request.web_search_options) || searchUnit(request.model) !== null;
  return searches ? [...surchargesOf(request), SEARCH_TIER] : surchargesOf(request);
}

/** The member in which a model takes its ceiling. */
export function usualCeiling(model: string | null): "max_tokens" | "max_completion_tokens" {
  return COMPLETION_TOKENS.test(bareModel(model)) ? "max_completion_tokens" : "max_tokens";
}

/** Lowers what the client wrote, both names if it wrote both; else adds the one that the model takes. */
export function lowerChatCeiling(
  body: Uint8Array<ArrayBuffer>,
  request: Json,
  ceiling: number,
  model: string | null,
): Uint8Array<ArrayBuffer> {
  const names = writtenNames(request, ["max_tokens", "max_completion_tokens"], usualCeiling(model));
  return names.reduce((lowered, name) => lowerMember(lowered, name, ceiling), body);
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
