/** What a request in Anthropic's messages format asks for. https://docs.anthropic.com/en/api/messages */
import { cacheWriteOf } from "./cache-write.ts";
import {
  ceilingOf,
  demandsFormat,
  forcesTool,
  highestCeiling,
  isGiven,
  NO_DEMAND,
  writtenNames,
} from "./demand.ts";
import { type Json, listOf, objectOf } from "./json.ts";
import { lowerMember } from "./json-edit.ts";
import { createTally, type MediaTally, tallyDocument, tallyImage, tallyTyped, toEstimate } from "./media.ts";
import type { RequestReading } from "./protocol.ts";
import { thinksBy } from "./reasoning.ts";
import { surchargesOf } from "./surcharges.ts";

/** Tools that the client runs itself; all other typed ones run at the provider and bring input of their own. */
const CLIENT_TOOL = /^(?:custom$|bash_|text_editor_|computer_|memory_)/;

/**
 * Reads a request. The legacy text completions have a ceiling of their own name. In this format nothing is written to a
 * cache unless it is asked for.
 */
export function readMessagesRequest(request: Json, text: string): RequestReading {
  const thinking = objectOf(request.thinking);
  const output = objectOf(request.output_config);
  const media = readMedia(request);
  const demand = {
    ...NO_DEMAND,
    ceiling: highestCeiling(request.max_tokens, request.max_tokens_to_sample),
    demandsStructure:
      forcesTool(request.tool_choice) ||
      demandsFormat(request.output_format) ||
      demandsFormat(output?.format),
    thinkingBudget: ceilingOf(thinking?.budget_tokens) ?? 0,
    // An effort is one of the whole answer: it does not switch on what is switched off.
    thinks: thinksBy(thinking ? (thinking.type ?? thinking.budget_tokens) : output?.effort),
    hiddenInput: bringsInput(request) || media.isHidden,
    cacheWrite: cacheWriteOf(request, text, "none"),
    surcharges: surchargesOf(request),
  };
  return { demand, input: toEstimate(media, text) };
}

/** Lowers `max_tokens`, or the legacy `max_tokens_to_sample`. */
export function lowerMessagesCeiling(
  body: Uint8Array<ArrayBuffer>,
  request: Json,
  ceiling: number,
): Uint8Array<ArrayBuffer> {
  const names = writtenNames(request, ["max_tokens", "max_tokens_to_sample"], "max_tokens");
  return names.reduce((lowered, name) => lowerMember(lowered, name, ceiling), body);
}

function bringsInput(request: Json): boolean {
  if (listOf(request.mcp_servers).length > 0) return true;
  if (isGiven(request.container)) return true;
  return listOf(request.tools).some((value) => {
    const type = objectOf(value)?.type;
    return typeof type === "string" && !CLIENT_TOOL.test(type);
  });
}

function readMedia(request: Json): MediaTally {
  const tally = createTally();
  for (const message of listOf(request.messages)) readBlocks(tally, objectOf(message)?.content, 0);
  readBlocks(tally, request.system, 0);
  return tally;
}

/** Blocks hold blocks in the results of tools, and these again in documents made of blocks; no deeper. */
const MAX_DEPTH = 3;

function readBlocks(tally: MediaTally, blocks: unknown, depth: number): void {
  if (depth > MAX_DEPTH) return;
  for (const value of listOf(blocks)) {
    const block = objectOf(value);
    if (!block) continue;
    if (typeof block.file_id === "string") tally.isHidden = true;
    const source = objectOf(block.source);
    if (source && (block.type === "image" || block.type === "document")) {
      readSource(tally, block.type === "image", source, depth);
    }
    if (block.content !== undefined) readContent(tally, block.content, depth + 1);
  }
}

/** The result of a fetched page is one block that holds its document, not a list. */
function readContent(tally: MediaTally, content: unknown, depth: number): void {
  const one = objectOf(content);
  readBlocks(tally, one ? [one] : content, depth);
}

function readSource(tally: MediaTally, isImage: boolean, source: Json, depth: number): void {
  switch (source.type) {
    case "base64":
      if (isImage) tallyImage(tally, source.data);
      else tallyTyped(tally, source.media_type, source.data);
      break;
    case "text":
      break;
    case "content":
      readBlocks(tally, source.content, depth + 1);
      break;
    case "url":
      if (isImage) tallyImage(tally, source.url);
      else tallyDocument(tally, source.url);
      break;
    default:
      tally.isHidden = true;
  }
}
