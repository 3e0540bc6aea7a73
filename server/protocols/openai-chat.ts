/** OpenAI's chat completions, the legacy completions, and what compatible hosts make of them. */
import type { Refusal } from "../core/refusal.ts";
import { countOf, type Json, lengthOf, listOf, objectOf, parseJson } from "./json.ts";
import { findMember, objectStart, splice } from "./json-edit.ts";
import { lowerOllamaCeiling, readOllamaRequest } from "./ollama-request.ts";
import { renderChatCut, renderChatReply } from "./openai-chat-reply.ts";
import { lowerChatCeiling, readChatRequest } from "./openai-chat-request.ts";
import { fingerprintChat } from "./openai-chat-turn.ts";
import { openaiError } from "./openai-error.ts";
import { readOpenaiUsage } from "./openai-usage.ts";
import type { AnswerReader, EventSign, Framing, Protocol, Quirks } from "./protocol.ts";
import {
  createNotes,
  errorCodes,
  type Notes,
  noteError,
  noteModel,
  noteRate,
  noteTier,
  noteUnit,
  noteUsage,
  searchUnit,
} from "./reading.ts";

export const openaiChat: Protocol = {
  name: "openai-chat",
  createReader,
  renderError: (refusal) => JSON.stringify(openaiError(refusal)),
  renderStreamError,
  renderReply: renderChatReply,
  readRequest: readChatRequest,
  lowerCeiling: lowerChatCeiling,
  ndjson: { readRequest: readOllamaRequest, lowerCeiling: lowerOllamaCeiling },
  fingerprint: fingerprintChat,
};

/** Most choices of an answer that are told apart: `n` is at most 128. */
const MAX_CHOICES = 256;

function createReader(quirks: Quirks): AnswerReader {
  const notes = createNotes();
  const started = new Set<number>();
  const finished = new Set<number>();
  let latest: Json | null = null;
  let toldUsage = false;
  let isOver = false;

  return {
    reading: notes,
    readEvent,
    readAnswer,
    renderCut: (terms) => (isOver ? "" : renderChatCut({ latest, started, finished, toldUsage }, terms)),
  };

  function readEvent(_name: string | null, data: string): EventSign {
    if (data === "[DONE]") {
      notes.ended = true;
      isOver = true;
      return "last";
    }
    const chunk = objectOf(parseJson(data));
    if (!chunk) return notes.ended ? "maybe-last" : "more";
    latest = chunk;
    const hasUsage = readBody(chunk);
    if (hasUsage && Array.isArray(chunk.choices) && chunk.choices.length === 0) {
      toldUsage = true;
      return "usage-only";
    }
    // Not every host ends with [DONE]: once all choices are finished, each event may have been the last.
    return notes.ended || notes.error !== null ? "maybe-last" : "more";
  }

  function readAnswer(body: unknown): void {
    // Some hosts wrap an error into a list.
    const answer = objectOf(Array.isArray(body) ? body[0] : body);
    if (!answer) return;
    readBody(answer);
    notes.ended = true;
  }

  /** Whether the body had a usage object. */
  function readBody(body: Json): boolean {
    noteModel(notes, body.model);
    noteTier(notes, body.service_tier);
    noteRate(notes, searchUnit(body.model));
    readError(notes, body);
    readBaseResp(notes, body.base_resp);
    for (const choice of listOf(body.choices)) readChoice(objectOf(choice));
    notes.visibleBytes += lengthOf(body.delta) + lengthOf(body.text);
    readOllama(notes, body);

    const usage = findUsage(body);
    if (!usage) return false;
    noteUsage(notes, readOpenaiUsage(usage, quirks));
    readUnits(notes, usage);
    // Transcriptions and images stream typed events, of which the one with the usage is the last.
    if (typeof body.type === "string") notes.ended = true;
    return true;
  }

  function readChoice(choice: Json | null): void {
    if (!choice) return;
    const message = objectOf(choice.delta) ?? objectOf(choice.message);
    notes.visibleBytes += lengthOf(choice.text) + (message ? visibleBytes(message) : 0);
    const index = countOf(choice.index) ?? 0;
    if (started.size < MAX_CHOICES) started.add(index);
    if (choice.finish_reason === null || choice.finish_reason === undefined) return;
    if (started.has(index)) finished.add(index);
    if (finished.size >= started.size) notes.ended = true;
  }
}

/** The usage where it belongs, or where Groq (`x_groq`) and Moonshot (first choice) put it. */
export function findUsage(body: Json): Json | null {
  return (
    objectOf(body.usage) ??
    objectOf(objectOf(body.x_groq)?.usage) ??
    objectOf(objectOf(listOf(body.choices)[0])?.usage)
  );
}

/** Bytes of text, reasoning and tool arguments in a message or a delta. */
function visibleBytes(message: Json): number {
  let bytes = lengthOf(message.content) + lengthOf(message.reasoning_content) + lengthOf(message.reasoning);
  bytes += lengthOf(message.refusal);
  for (const part of listOf(message.content)) bytes += partBytes(objectOf(part));
  for (const call of listOf(message.tool_calls)) bytes += callBytes(objectOf(objectOf(call)?.function));
  return bytes + callBytes(objectOf(message.function_call));
}

/** Mistral's content parts: text, or thinking that has text parts itself. */
function partBytes(part: Json | null): number {
  if (!part) return 0;
  const thinking = listOf(part.thinking).reduce<number>((sum, one) => sum + lengthOf(objectOf(one)?.text), 0);
  return lengthOf(part.text) + thinking;
}

function callBytes(called: Json | null): number {
  return called ? lengthOf(called.name) + lengthOf(called.arguments) : 0;
}

/** An error object, or what Mistral's host answers in its place: `detail`, or `object: "error"` with a code. */
function readError(notes: Notes, body: Json): void {
  if (body.error !== undefined && body.error !== null)
    noteError(notes, [...errorCodes(body.error), body.code]);
  else if (body.object === "error") noteError(notes, [body.code, body.type]);
  else if (body.detail !== undefined && body.choices === undefined) noteError(notes, []);
}

/** MiniMax answers errors with status 200 and a code of its own that is not 0. */
function readBaseResp(notes: Notes, value: unknown): void {
  const code = objectOf(value)?.status_code;
  if (typeof code === "number" && code !== 0) noteError(notes, [code]);
}

function readUnits(notes: Notes, usage: Json): void {
  noteTier(notes, usage.service_tier);
  noteUnit(notes, "audio_seconds", usage.seconds ?? usage.prompt_audio_seconds);
  noteUnit(notes, "web_searches", objectOf(usage.server_tool_use)?.web_search_requests);
  noteUnit(notes, "live_search_sources", usage.num_sources_used);
  noteUnit(notes, "server_side_tools", usage.num_server_side_tools_used);
}

/** Ollama's own API: its last chunk says `done` and counts under names of its own. */
function readOllama(notes: Notes, body: Json): void {
  if (typeof body.done !== "boolean") return;
  const message = objectOf(body.message);
  notes.visibleBytes +=
    lengthOf(body.response) + (message ? visibleBytes(message) + lengthOf(message.thinking) : 0);
  if (!body.done) return;
  notes.ended = true;
  noteUsage(
    notes,
    readOpenaiUsage({ prompt_tokens: body.prompt_eval_count, completion_tokens: body.eval_count }, {}),
  );
}

function renderStreamError(refusal: Refusal, framing: Framing): string {
  const body = JSON.stringify(openaiError(refusal));
  return framing === "ndjson" ? `${body}\n` : `data: ${body}\n\n`;
}

/**
 * The body with `stream_options.include_usage: true`, every other byte as it was; null when the request does not
 * stream or asks for usage itself. `parsed` is the same body as JSON.
 */
export function askForUsage(body: Uint8Array, parsed: unknown): Uint8Array<ArrayBuffer> | null {
  const request = objectOf(parsed);
  const start = objectStart(body);
  if (request?.stream !== true || start < 0) return null;
  const options = objectOf(request.stream_options);
  if (options?.include_usage === true) return null;

  const member = request.stream_options === undefined ? null : findMember(body, "stream_options");
  if (!member) return splice(body, start + 1, start + 1, '"stream_options":{"include_usage":true},');
  if (request.stream_options === null) {
    return splice(body, member.valueStart, member.valueEnd, '{"include_usage":true}');
  }
  if (!options) return null;
  const asked = findMember(body, "include_usage", member.valueStart);
  if (asked) return splice(body, asked.valueStart, asked.valueEnd, "true");
  const comma = Object.keys(options).length > 0 ? "," : "";
  return splice(body, member.valueStart + 1, member.valueStart + 1, `"include_usage":true${comma}`);
}
