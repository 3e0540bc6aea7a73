/** What a request in Gemini's formats asks for. Google's JSON takes each name in camelCase and in snake_case. */
import { choicesOf, forcesTool, highestCeiling, isGiven, NO_DEMAND } from "./demand.ts";
import { type Json, listOf, objectOf } from "./json.ts";
import { findMember, lowerMember, setMember } from "./json-edit.ts";
import { createTally, type MediaTally, tallyDocument, tallyImage, tallyTyped, toEstimate } from "./media.ts";
import { namesMedia } from "./media-output.ts";
import type { RequestReading } from "./protocol.ts";
import { thinksBy } from "./reasoning.ts";
import { surchargesOf } from "./surcharges.ts";

/**
 * Reads a request: contents, embedded ones and interactions. Where a name stands in both spellings, the dearer value
 * counts.
 */
export function readGeminiRequest(request: Json, text: string): RequestReading {
  const configs = CONFIGS.map((name) => objectOf(request[name]));
  const each = (camel: string, snake: string): unknown[] =>
    configs.flatMap((config) => [config?.[camel], config?.[snake]]);
  const thinking = each("thinkingConfig", "thinking_config").map(objectOf);
  const budgets = thinking.flatMap((one) => [one?.thinkingBudget, one?.thinking_budget]);
  const levels = [
    ...thinking.flatMap((one) => [one?.thinkingLevel, one?.thinking_level]),
    ...thinking.flatMap((one) => [one?.includeThoughts, one?.include_thoughts]),
    // Interactions have it outside.
    ...each("thinkingLevel", "thinking_level"),
  ];
  const modalities = [...each("responseModalities", "response_modalities"), request.response_modalities];
  const media = readMedia(request);
  const demand = {
    ...NO_DEMAND,
    ceiling: highestCeiling(...each("maxOutputTokens", "max_output_tokens")),
    choices: Math.max(...each("candidateCount", "candidate_count").map(choicesOf)),
    demandsStructure:
      each("responseMimeType", "response_mime_type").some(isProgramType) ||
      each("responseSchema", "response_schema").some(isGiven) ||
      each("responseJsonSchema", "response_json_schema").some(isGiven) ||
      configs.some((config) => forcesTool(config?.tool_choice)) ||
      forcesCall(request) ||
      isProgramType(request.response_mime_type) ||
      isGiven(request.response_format),
    thinkingBudget: highestCeiling(...budgets) ?? 0,
    thinks: thinksBy(...budgets, ...levels),
    mediaOutput: modalities.some(namesMedia),
    hiddenInput: bringsInput(request) || media.isHidden,
    surcharges: surchargesOf(request),
    background: request.background === true,
  };
  return { demand, input: toEstimate(media, text) };
}

/** Lowers the ceiling where the client has it, in its spelling; else adds it to the configuration, or adds that. */
export function lowerGeminiCeiling(
  body: Uint8Array<ArrayBuffer>,
  request: Json,
  ceiling: number,
): Uint8Array<ArrayBuffer> {
  let lowered = body;
  let found = false;
  for (const name of CONFIGS) {
    for (const field of FIELDS) {
      if (!isGiven(objectOf(request[name])?.[field])) continue;
      lowered = lowerMember(lowered, field, ceiling, findMember(lowered, name)?.valueStart);
      found = true;
    }
  }
  return found ? lowered : addCeiling(body, request, ceiling);
}

/** Interactions know snake_case alone. */
function addCeiling(body: Uint8Array<ArrayBuffer>, request: Json, ceiling: number): Uint8Array<ArrayBuffer> {
  const isInteraction = request.input !== undefined && request.contents === undefined;
  const [camel, snake] = CONFIGS;
  const name = isGiven(request[snake]) || (isInteraction && !isGiven(request[camel])) ? snake : camel;
  const field = name === camel ? FIELDS[0] : FIELDS[1];
  const config = objectOf(request[name]) && findMember(body, name);
  if (config) return setMember(body, field, String(ceiling), config.valueStart);
  return setMember(body, name, JSON.stringify({ [field]: ceiling }));
}

const CONFIGS = ["generationConfig", "generation_config"] as const;
const FIELDS = ["maxOutputTokens", "max_output_tokens"] as const;

function isProgramType(value: unknown): boolean {
  return typeof value === "string" && value !== "" && value !== "text/plain";
}

function forcesCall(request: Json): boolean {
  const config = objectOf(request.toolConfig) ?? objectOf(request.tool_config);
  const calling = objectOf(config?.functionCallingConfig) ?? objectOf(config?.function_calling_config);
  return forcesTool(calling?.mode);
}

/** Caches, earlier interactions, agents, and tools that run at Google. */
function bringsInput(request: Json): boolean {
  const named = ["cachedContent", "cached_content", "previous_interaction_id", "agent"];
  if (named.some((name) => isGiven(request[name]))) return true;
  return listOf(request.tools).some((value) => {
    const tool = objectOf(value) ?? {};
    if (typeof tool.type === "string") return tool.type !== "function";
    return Object.keys(tool).some((key) => key !== "functionDeclarations" && key !== "function_declarations");
  });
}

function readMedia(request: Json): MediaTally {
  const tally = createTally();
  const requests = [request, ...listOf(request.requests).map(objectOf)];
  for (const one of requests) {
    const holders = [
      ...listOf(one?.contents),
      one?.contents,
      one?.content,
      one?.systemInstruction,
      one?.system_instruction,
    ];
    for (const content of holders) readParts(tally, objectOf(content)?.parts);
  }
  readInput(tally, request.input, 0);
  return tally;
}

function readParts(tally: MediaTally, parts: unknown): void {
  for (const value of [...listOf(parts), parts]) {
    const part = objectOf(value);
    if (!part) continue;
    readData(tally, part);
    const answer = objectOf(part.functionResponse) ?? objectOf(part.function_response);
    // What a function gave back may hold media of its own, but no functions.
    for (const inner of listOf(answer?.parts)) readData(tally, objectOf(inner) ?? {});
  }
}

function readData(tally: MediaTally, part: Json): void {
  const data = objectOf(part.inlineData) ?? objectOf(part.inline_data);
  if (data) tallyTyped(tally, data.mimeType ?? data.mime_type, data.data);
  if (isGiven(part.fileData) || isGiven(part.file_data)) tally.isHidden = true;
}

/** Turns and steps hold content, results of functions hold it again; no deeper. */
const MAX_DEPTH = 3;

/** An interaction's input: a content, or a list of contents, turns or steps. */
function readInput(tally: MediaTally, input: unknown, depth: number): void {
  if (depth > MAX_DEPTH) return;
  for (const value of [...listOf(input), input]) {
    const content = objectOf(value);
    if (!content) continue;
    if (content.type === "image") tallyImage(tally, content.uri);
    else if (isGiven(content.uri)) tally.isHidden = true;
    if (content.type === "document") tallyDocument(tally, content.data, content.mime_type);
    else if (MEDIA.has(content.type))
      tallyTyped(tally, content.mime_type ?? `${content.type}/`, content.data);
    readInput(tally, content.content, depth + 1);
    readInput(tally, content.result, depth + 1);
  }
}

const MEDIA = new Set<unknown>(["image", "audio", "video"]);
