/** What a request in Cohere's formats asks for: chat, the first version's generation, embeddings. https://docs.cohere.com/reference */
import type { Bytes } from "../core/duration.ts";
import { ceilingOf, choicesOf, demandsFormat, forcesTool, NO_DEMAND } from "./demand.ts";
import { type Json, listOf, objectOf, textOf } from "./json.ts";
import { lowerMember } from "./json-edit.ts";
import { createTally, type MediaTally, tallyImage, toEstimate } from "./media.ts";
import type { Demand, InputEstimate } from "./protocol.ts";

/** Reads the demand. Connectors search, conversations are stored: both bring input. */
export function readCohereDemand(request: Json): Demand {
  return {
    ...NO_DEMAND,
    ceiling: ceilingOf(request.max_tokens),
    choices: choicesOf(request.num_generations),
    demandsStructure: demandsFormat(request.response_format) || forcesTool(request.tool_choice),
    thinkingBudget: ceilingOf(objectOf(request.thinking)?.token_budget) ?? 0,
    hiddenInput:
      listOf(request.connectors).length > 0 ||
      textOf(request.conversation_id) !== null ||
      readMedia(request).isHidden,
  };
}

/** Lowers `max_tokens`. */
export function lowerCohereCeiling(
  body: Uint8Array<ArrayBuffer>,
  _request: Json,
  ceiling: number,
): Uint8Array<ArrayBuffer> {
  return lowerMember(body, "max_tokens", ceiling);
}

/** Estimates the input. */
export function estimateCohereInput(request: Json, bodyBytes: Bytes): InputEstimate {
  return toEstimate(readMedia(request), bodyBytes);
}

function readMedia(request: Json): MediaTally {
  const tally = createTally();
  // Chat has messages; embeddings have inputs of the same shape, or bare images.
  for (const holder of [...listOf(request.messages), ...listOf(request.inputs)]) {
    for (const value of listOf(objectOf(holder)?.content)) {
      const part = objectOf(value);
      if (part?.type === "image_url") tallyImage(tally, objectOf(part.image_url)?.url ?? part.image_url);
    }
  }
  for (const image of listOf(request.images)) tallyImage(tally, image);
  return tally;
}
