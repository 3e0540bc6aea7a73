/** Ollama's own requests: those of chat completions, but for their settings. https://github.com/ollama/ollama/blob/main/docs/api.md */
import { ceilingOf, NO_DEMAND } from "./demand.ts";
import { type Json, objectOf } from "./json.ts";
import { findMember, lowerMember, setMember } from "./json-edit.ts";
import { readChatRequest } from "./openai-chat-request.ts";
import type { RequestReading } from "./protocol.ts";

/** Reads a request. It has one answer, and a ceiling among its options alone: what stands beside them is not looked at. */
export function readOllamaRequest(request: Json, text: string, model: string | null): RequestReading {
  const { demand, input } = readChatRequest(request, text, model);
  const ceiling = ceilingOf(objectOf(request.options)?.num_predict);
  return { demand: { ...demand, ceiling, choices: NO_DEMAND.choices }, input };
}

/** Lowers `options.num_predict`. */
export function lowerOllamaCeiling(
  body: Uint8Array<ArrayBuffer>,
  request: Json,
  ceiling: number,
): Uint8Array<ArrayBuffer> {
  const options = objectOf(request.options) && findMember(body, "options");
  if (options) return lowerMember(body, "num_predict", ceiling, options.valueStart);
  return setMember(body, "options", JSON.stringify({ num_predict: ceiling }));
}
