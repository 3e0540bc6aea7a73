/** What a request in Cohere's formats asks for: chat, the first version's generation, embeddings. https://docs.cohere.com/reference */
import { ceilingOf, choicesOf, demandsFormat, forcesTool, NO_DEMAND } from "./demand.ts";
import { type Json, listOf, objectOf, textOf } from "./json.ts";
import { lowerMember } from "./json-edit.ts";
import { createTally, type MediaTally, tallyImage, toEstimate } from "./media.ts";
import type { RequestReading } from "./protocol.ts";
import { thinksBy } from "./reasoning.ts";
import { surchargesOf } from "./surcharges.ts";

/** Reads a request. Connectors search, conversations are stored: both bring input. */
export function readCohereRequest(request: Json, text: string): RequestReading {
  const thinking = objectOf(request.thinking);
  const media = readMedia(request);
  const demand = {
    ...NO_DEMAND,
    ceiling: ceilingOf(request.max_tokens),
    choices: choicesOf(request.num_generations),
    demandsStructure: demandsFormat(request.response_format) || forcesTool(request.tool_choice),
    thinkingBudget: ceilingOf(thinking?.token_budget) ?? 0,
    thinks: thinksBy(thinking?.type, thinking?.token_budget),
    hiddenInput:
      listOf(request.connectors).length > 0 || textOf(request.conversation_id) !== null || media.isHidden,
    surcharges: surchargesOf(request),
  };
  return { demand, input: toEstimate(media, text) };
}

/** Lowers `max_tokens`. */
export function lowerCohereCeiling(
  body: Uint8Array<ArrayBuffer>,
  _request: Json,
  ceiling: number,
): Uint8Array<ArrayBuffer> {
  return lowerMember(body, "max_tokens", ceiling);
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
