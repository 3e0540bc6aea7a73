/** OpenAI's responses API and its compaction. https://platform.openai.com/docs/api-reference/responses */
import type { Refusal } from "../core/refusal.ts";
import { type Json, lengthOf, listOf, objectOf, parseJson } from "./json.ts";
import { openaiError } from "./openai-error.ts";
import { renderResponsesCut, renderResponsesReply } from "./openai-responses-reply.ts";
import { lowerResponsesCeiling, readResponsesRequest } from "./openai-responses-request.ts";
import { fingerprintResponses } from "./openai-responses-turn.ts";
import { readOpenaiUsage } from "./openai-usage.ts";
import type { AnswerReader, EventSign, Protocol, Quirks } from "./protocol.ts";
import {
  createNotes,
  errorCodes,
  type Notes,
  noteError,
  noteModel,
  noteStatus,
  noteTier,
  noteUnit,
  noteUsage,
} from "./reading.ts";
import { createResponseProgress, noteProgress } from "./responses-progress.ts";

export const openaiResponses: Protocol = {
  name: "openai-responses",
  createReader,
  renderError: (refusal) => JSON.stringify(openaiError(refusal)),
  renderStreamError,
  renderReply: renderResponsesReply,
  readRequest: readResponsesRequest,
  lowerCeiling: lowerResponsesCeiling,
  fingerprint: fingerprintResponses,
};

/** The events that end a stream; each carries the whole response with its usage. */
const FINAL = new Set(["response.completed", "response.incomplete", "response.failed", "response.cancelled"]);
/** Deltas of audio are base64: not text that was shown. */
const AUDIO = /audio\.delta$/;

function createReader(quirks: Quirks): AnswerReader {
  const notes = createNotes();
  const progress = createResponseProgress();
  return {
    reading: notes,
    readEvent(name, data) {
      if (data === "[DONE]") {
        notes.ended = true;
        return "last";
      }
      const event = objectOf(parseJson(data));
      if (!event) return "more";
      const type = typeof event.type === "string" ? event.type : (name ?? "");
      const response = objectOf(event.response);
      noteProgress(progress, type, event, response);
      return readTyped(notes, type, event, response, quirks);
    },
    readAnswer(body) {
      const response = objectOf(body);
      if (!response) return;
      readResponse(notes, response, quirks);
      notes.visibleBytes += outputBytes(response);
      notes.ended = true;
    },
    renderCut: (terms) => (notes.ended ? "" : renderResponsesCut(progress, terms)),
  };
}

function readTyped(
  notes: Notes,
  type: string,
  event: Json,
  response: Json | null,
  quirks: Quirks,
): EventSign {
  if (response) readResponse(notes, response, quirks);
  if (FINAL.has(type)) {
    notes.ended = true;
    return "last";
  }
  if (type.endsWith(".delta") && !AUDIO.test(type)) notes.visibleBytes += lengthOf(event.delta);
  const isError = type === "error" || (event.error !== null && event.error !== undefined);
  if (isError) noteError(notes, [...errorCodes(event.error), event.code]);
  return isError ? "maybe-last" : "more";
}

function readResponse(notes: Notes, response: Json, quirks: Quirks): void {
  noteModel(notes, response.model);
  noteStatus(notes, response.status);
  noteTier(notes, response.service_tier);
  if (response.error !== null && response.error !== undefined) {
    noteError(notes, [...errorCodes(response.error), response.code]);
  }
  const usage = objectOf(response.usage);
  if (!usage) return;
  noteUsage(notes, readOpenaiUsage(usage, quirks));
  readUnits(notes, response, usage);
}

/** Calls of the provider's own tools, as the response lists them. */
function readUnits(notes: Notes, response: Json, usage: Json): void {
  const counted = objectOf(objectOf(response.tool_usage)?.web_search)?.num_requests;
  noteUnit(notes, "web_searches", counted ?? countItems(response, isWebSearch));
  noteUnit(
    notes,
    "storage_searches",
    countItems(response, (item) => item.type === "file_search_call"),
  );
  noteUnit(
    notes,
    "code_executions",
    countItems(response, (item) => item.type === "code_interpreter_call"),
  );
  noteUnit(
    notes,
    "generated_images",
    countItems(response, (item) => item.type === "image_generation_call"),
  );
  noteUnit(notes, "live_search_sources", usage.num_sources_used);
  noteUnit(notes, "server_side_tools", usage.num_server_side_tools_used);
}

/** Of the web tool's actions only searches are charged; opening and reading pages is not. */
function isWebSearch(item: Json): boolean {
  if (item.type !== "web_search_call") return false;
  const action = objectOf(item.action)?.type;
  return action === undefined || action === "search";
}

function countItems(response: Json, matches: (item: Json) => boolean): number {
  return listOf(response.output).filter((value) => {
    const item = objectOf(value);
    return item !== null && matches(item);
  }).length;
}

/** Bytes of text and tool arguments in a whole response. */
function outputBytes(response: Json): number {
  let bytes = 0;
  for (const value of listOf(response.output)) {
    const item = objectOf(value);
    if (!item) continue;
    bytes += lengthOf(item.arguments) + lengthOf(item.input);
    for (const list of [item.content, item.summary]) {
      for (const part of listOf(list))
        bytes += lengthOf(objectOf(part)?.text) + lengthOf(objectOf(part)?.refusal);
    }
  }
  return bytes;
}

/** Flat as documented, and nested as the SDK wants it in order to throw. */
function renderStreamError(refusal: Refusal): string {
  const nested = openaiError(refusal);
  const flat = {
    type: "error",
    code: refusal.reason,
    message: refusal.message,
    param: null,
    sequence_number: 0,
  };
  return `event: error\ndata: ${JSON.stringify({ ...flat, ...nested })}\n\n`;
}
