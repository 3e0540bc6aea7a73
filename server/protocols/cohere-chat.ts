/** Cohere's chat (v2 and v1), embed and rerank. https://docs.cohere.com/reference */
import type { Refusal } from "../core/refusal.ts";
import type { Billing, Usage } from "../core/usage.ts";
import { type CohereProgress, renderCohereCut, renderCohereReply } from "./cohere-reply.ts";
import { lowerCohereCeiling, readCohereRequest } from "./cohere-request.ts";
import { fingerprintCohere } from "./cohere-turn.ts";
import { countOf, type Json, lengthOf, listOf, objectOf, parseJson, textOf } from "./json.ts";
import type { AnswerReader, EventSign, Framing, Protocol } from "./protocol.ts";
import { createNotes, type Notes, noteError, noteModel, noteUnit, noteUsage } from "./reading.ts";
import { retryAfterSeconds } from "./render.ts";

export const cohereChat: Protocol = {
  name: "cohere-chat",
  createReader,
  renderError: (refusal, requestId) =>
    JSON.stringify({ id: requestId, message: refusal.message, ...retryAfterSeconds(refusal) }),
  renderStreamError,
  renderReply: renderCohereReply,
  readRequest: readCohereRequest,
  lowerCeiling: lowerCohereCeiling,
  fingerprint: fingerprintCohere,
};

function createReader(): AnswerReader {
  const notes = createNotes();
  const progress: CohereProgress = { hasStarted: false, open: null, generationId: null };
  let isOver = false;
  return {
    reading: notes,
    readEvent(name, data) {
      if (data === "[DONE]") {
        notes.ended = true;
        isOver = true;
        return "last";
      }
      const event = objectOf(parseJson(data));
      if (!event) return "more";
      const type = event.type ?? event.event_type ?? name;
      if (type === "message-end" || type === "stream-end") {
        isOver = true;
        return readEnd(notes, event);
      }
      if (type !== "content-delta") noteProgress(progress, type, event);
      return readDelta(notes, event);
    },
    readAnswer(body) {
      const answer = objectOf(body);
      if (!answer) return;
      readMeta(notes, answer);
      readMessage(notes, objectOf(answer.message));
      notes.visibleBytes += lengthOf(answer.text);
      // Errors have a text where answers have a message object.
      if (typeof answer.message === "string") noteError(notes, ["error"]);
      notes.ended = true;
    },
    renderCut: (terms) => (isOver ? "" : renderCohereCut(progress, terms)),
  };
}

function noteProgress(progress: CohereProgress, type: unknown, { index, generation_id }: Json): void {
  switch (type) {
    case "message-start":
      progress.hasStarted = true;
      break;
    case "stream-start":
      progress.generationId = textOf(generation_id);
      break;
    case "content-start":
      progress.open = { ending: "content-end", index };
      break;
    case "tool-call-start":
      progress.open = { ending: "tool-call-end", index };
      break;
    case "content-end":
    case "tool-call-end":
      progress.open = null;
  }
}

/** The second version ends with `message-end`, the first with `stream-end` and the whole answer in it. */
function readEnd(notes: Notes, event: Json): EventSign {
  const end = objectOf(event.delta) ?? objectOf(event.response) ?? {};
  readMeta(notes, end);
  const reason = end.finish_reason ?? event.finish_reason;
  if (typeof reason === "string" && /^ERROR/.test(reason)) noteError(notes, [reason]);
  notes.ended = true;
  return "last";
}

function readDelta(notes: Notes, event: Json): EventSign {
  readMessage(notes, objectOf(objectOf(event.delta)?.message));
  if (typeof event.text === "string") notes.visibleBytes += event.text.length;
  if (typeof event.message !== "string") return "more";
  noteError(notes, ["error"]);
  return "maybe-last";
}

function readMessage(notes: Notes, message: Json | null): void {
  if (!message) return;
  notes.visibleBytes += lengthOf(message.tool_plan);
  for (const value of [...listOf(message.content), message.content]) {
    const part = objectOf(value);
    if (part) notes.visibleBytes += lengthOf(part.text) + lengthOf(part.thinking);
  }
  for (const value of [...listOf(message.tool_calls), message.tool_calls]) {
    const called = objectOf(objectOf(value)?.function);
    if (called) notes.visibleBytes += lengthOf(called.name) + lengthOf(called.arguments);
  }
}

/** `usage` in the second version's chat, `meta` everywhere else. */
function readMeta(notes: Notes, body: Json): void {
  noteModel(notes, body.model);
  const usage = objectOf(body.usage) ?? objectOf(body.meta);
  if (!usage) return;
  const billed = objectOf(usage.billed_units);
  noteUsage(notes, readUsage(usage, billed));
  noteUnit(notes, "rerank_searches", billed?.search_units);
  noteUnit(notes, "images", billed?.images);
  noteUnit(notes, "classifications", billed?.classifications);
}

/** `tokens` is what passed through the model, `billed_units` what is charged; embeddings have the latter alone. */
function readUsage(usage: Json, billed: Json | null): Usage {
  const tokens = objectOf(usage.tokens) ?? billed;
  const input = countOf(billed?.input_tokens);
  const output = countOf(billed?.output_tokens);
  const images = countOf(billed?.image_tokens);
  const billing: Billing = {
    ...(input === null && images === null ? {} : { inputTokens: (input ?? 0) + (images ?? 0) }),
    ...(output === null ? {} : { outputTokens: output }),
    ...(images ? { inputImageTokens: images } : {}),
  };
  return {
    inputTokens: countOf(tokens?.input_tokens),
    outputTokens: countOf(tokens?.output_tokens),
    cachedTokens: countOf(usage.cached_tokens),
    cacheWriteTokens: null,
    reasoningTokens: countOf(tokens?.reasoning_tokens),
    ...(Object.keys(billing).length > 0 ? { billing } : {}),
  };
}

/** The last event of each version, with the finish reason that its SDK reports as an error. */
function renderStreamError(refusal: Refusal, framing: Framing): string {
  if (framing === "ndjson") {
    const response = { finish_reason: "ERROR", text: refusal.message };
    return `${JSON.stringify({ is_finished: true, event_type: "stream-end", finish_reason: "ERROR", response })}\n`;
  }
  const delta = { error: refusal.message, finish_reason: "ERROR" };
  return `event: message-end\ndata: ${JSON.stringify({ type: "message-end", delta })}\n\ndata: [DONE]\n\n`;
}
