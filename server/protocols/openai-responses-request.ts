/** What a request of the responses API asks for. https://platform.openai.com/docs/api-reference/responses/create */
import { cacheWriteOf } from "./cache-write.ts";
import { ceilingOf, demandsFormat, forcesTool, isGiven, NO_DEMAND } from "./demand.ts";
import { type Json, listOf, objectOf } from "./json.ts";
import { lowerMember } from "./json-edit.ts";
import {
  createTally,
  type MediaTally,
  tallyDocument,
  tallyImage,
  tallyRecording,
  toEstimate,
} from "./media.ts";
import { namesMedia } from "./media-output.ts";
import { imageTokensOf } from "./openai-media.ts";
import type { RequestReading } from "./protocol.ts";
import { thinksBy } from "./reasoning.ts";
import { surchargesOf } from "./surcharges.ts";

/** Members that name input which OpenAI has stored. */
const STORED = ["previous_response_id", "conversation", "prompt"];
/** Tools that the client runs; the others run at OpenAI and bring what they find as input. */
const CLIENT_TOOLS = new Set<unknown>([
  "function",
  "custom",
  "local_shell",
  "apply_patch",
  "computer",
  "computer_use_preview",
]);

/** Reads a request. */
export function readResponsesRequest(request: Json, text: string, model: string | null): RequestReading {
  const tools = listOf(request.tools).map((tool) => objectOf(tool)?.type);
  const media = readMedia(request, model);
  const demand = {
    ...NO_DEMAND,
    ceiling: ceilingOf(request.max_output_tokens),
    demandsStructure: demandsFormat(objectOf(request.text)?.format) || forcesTool(request.tool_choice),
    thinks: thinksBy(objectOf(request.reasoning)?.effort),
    mediaOutput: namesMedia(request.modalities) || tools.includes("image_generation"),
    hiddenInput:
      STORED.some((name) => isGiven(request[name])) ||
      tools.some((type) => !CLIENT_TOOLS.has(type)) ||
      media.isHidden,
    cacheWrite: cacheWriteOf(request, text, "short"),
    surcharges: surchargesOf(request),
    background: request.background === true,
  };
  return { demand, input: toEstimate(media, text) };
}

/** Lowers `max_output_tokens`. */
export function lowerResponsesCeiling(
  body: Uint8Array<ArrayBuffer>,
  _request: Json,
  ceiling: number,
): Uint8Array<ArrayBuffer> {
  return lowerMember(body, "max_output_tokens", ceiling);
}

function readMedia(request: Json, model: string | null): MediaTally {
  const tally = createTally(imageTokensOf(model));
  for (const value of listOf(request.input)) {
    const item = objectOf(value);
    if (!item) continue;
    if (item.type === "item_reference") tally.isHidden = true;
    if (item.type === "image_generation_call") tallyImage(tally, item.result);
    for (const part of listOf(item.content)) readPart(tally, objectOf(part));
    for (const part of listOf(item.output)) readPart(tally, objectOf(part));
    readPart(tally, objectOf(item.output));
  }
  return tally;
}

function readPart(tally: MediaTally, part: Json | null): void {
  if (!part) return;
  switch (part.type) {
    case "input_image":
    case "computer_screenshot":
      if (typeof part.file_id === "string") tally.isHidden = true;
      tallyImage(tally, part.image_url);
      break;
    case "input_file":
      if (typeof part.file_id === "string" || typeof part.file_url === "string") tally.isHidden = true;
      tallyDocument(tally, part.file_data);
      break;
    case "input_audio":
      tallyRecording(tally, objectOf(part.input_audio)?.data);
      break;
  }
}
