/** Gemini's native format. https://ai.google.dev/api/generate-content and /interactions-api */
import type { Refusal } from "../core/refusal.ts";
import { renderGeminiCut, renderGeminiReply } from "./gemini-reply.ts";
import { lowerGeminiCeiling, readGeminiRequest } from "./gemini-request.ts";
import { fingerprintGemini } from "./gemini-turn.ts";
import { readGeminiUsage, readInteractionUsage } from "./gemini-usage.ts";
import { type Json, lengthOf, listOf, objectOf, parseJson, writtenLength } from "./json.ts";
import type { AnswerReader, EventSign, Framing, Protocol } from "./protocol.ts";
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
import { retryAfterSeconds } from "./render.ts";

export const gemini: Protocol = {
  name: "gemini",
  createReader,
  renderError: (refusal) => JSON.stringify(errorBody(refusal)),
  renderStreamError,
  renderReply: renderGeminiReply,
  readRequest: readGeminiRequest,
  lowerCeiling: lowerGeminiCeiling,
  fingerprint: fingerprintGemini,
};

function createReader(): AnswerReader {
  const notes = createNotes();
  let latest: Json | null = null;
  let interaction: Json | null = null;
  let openStep: unknown = null;
  return {
    reading: notes,
    readEvent(_name, data): EventSign {
      if (data === "[DONE]") {
        notes.ended = true;
        return "last";
      }
      const chunk = objectOf(parseJson(data));
      if (chunk) {
        latest = chunk;
        if (chunk.event_type !== undefined) noteStep(chunk);
        readBody(notes, chunk);
      }
      // There is no final event: the chunk with a finish reason is the last, unless more usage follows.
      return notes.ended || notes.error !== null ? "maybe-last" : "more";
    },
    readAnswer(body) {
      // A stream's list that came whole: its chunks in order.
      for (const chunk of Array.isArray(body) ? body : [body]) readBody(notes, objectOf(chunk) ?? {});
      notes.ended = true;
    },
    renderCut: (terms) => renderGeminiCut({ latest, interaction, openStep, hasFinished: notes.ended }, terms),
  };

  function noteStep(event: Json): void {
    interaction = objectOf(event.interaction) ?? interaction;
    if (event.event_type === "step.start") openStep = event.index;
    else if (event.event_type === "step.stop") openStep = null;
  }
}

function readBody(notes: Notes, body: Json): void {
  if (body.error !== undefined && body.error !== null) noteError(notes, errorCodes(body.error));
  noteModel(notes, body.modelVersion);
  for (const value of listOf(body.candidates)) {
    const candidate = objectOf(value);
    if (candidate) readCandidate(notes, candidate);
  }
  if (objectOf(body.promptFeedback)?.blockReason !== undefined) notes.ended = true;
  const usage = objectOf(body.usageMetadata);
  if (usage) {
    // Cumulative in every chunk: the last one counts.
    noteUsage(notes, readGeminiUsage(usage));
    noteTier(notes, usage.serviceTier);
  }
  readInteraction(notes, body);
}

function readCandidate(notes: Notes, candidate: Json): void {
  for (const value of listOf(objectOf(candidate.content)?.parts)) {
    const part = objectOf(value);
    if (!part) continue;
    const call = objectOf(part.functionCall);
    notes.visibleBytes += lengthOf(part.text) + (call ? writtenLength(call.args ?? {}) : 0);
  }
  // Searching is charged once per grounded prompt or per query, depending on the model: the price list decides.
  noteUnit(notes, "web_searches", listOf(objectOf(candidate.groundingMetadata)?.webSearchQueries).length);
  if (candidate.finishReason !== undefined && candidate.finishReason !== null) notes.ended = true;
}

/** Interactions: typed events, the last of which carries the whole interaction; or that object alone. */
function readInteraction(notes: Notes, body: Json): void {
  const interaction = objectOf(body.interaction) ?? (body.object === "interaction" ? body : null);
  const delta = objectOf(body.delta);
  if (delta) notes.visibleBytes += lengthOf(delta.text) + lengthOf(delta.arguments);
  if (!interaction) return;
  noteModel(notes, interaction.model);
  noteStatus(notes, interaction.status);
  noteTier(notes, interaction.service_tier);
  const usage = objectOf(interaction.usage);
  if (usage) noteUsage(notes, readInteractionUsage(usage));
  const event = String(body.event_type ?? "");
  if (event === "interaction.completed" || event === "interaction.complete") notes.ended = true;
}

const STATUSES = new Map([
  [401, "UNAUTHENTICATED"],
  [402, "FAILED_PRECONDITION"],
  [403, "PERMISSION_DENIED"],
  [404, "NOT_FOUND"],
  [429, "RESOURCE_EXHAUSTED"],
  [500, "INTERNAL"],
  [502, "UNAVAILABLE"],
  [503, "UNAVAILABLE"],
  [504, "DEADLINE_EXCEEDED"],
]);

/** https://google.aip.dev/193 */
function errorBody(refusal: Refusal): object {
  const status = STATUSES.get(refusal.status) ?? (refusal.status < 500 ? "INVALID_ARGUMENT" : "INTERNAL");
  return { error: { code: refusal.status, message: refusal.message, status }, ...retryAfterSeconds(refusal) };
}

/** In a list, the error is its last element. */
function renderStreamError(refusal: Refusal, framing: Framing, isFirst = false): string {
  const body = JSON.stringify(errorBody(refusal));
  if (framing !== "json-array") return `data: ${body}\n\n`;
  return `${isFirst ? "[" : ",\r\n"}${body}\r\n]`;
}
