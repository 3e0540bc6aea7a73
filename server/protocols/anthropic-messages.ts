/** Anthropic's messages. https://docs.anthropic.com/en/api/messages and /streaming */
import type { Refusal } from "../core/refusal.ts";
import { anthropicErrorType } from "./anthropic-error.ts";
import { createMessagesProgress, renderMessagesCut, renderMessagesReply } from "./anthropic-reply.ts";
import { lowerMessagesCeiling, readMessagesRequest } from "./anthropic-request.ts";
import { fingerprintMessages } from "./anthropic-turn.ts";
import { type MergedUsage, mergeAnthropicUsage, readAnthropicUsage } from "./anthropic-usage.ts";
import { type Json, lengthOf, listOf, objectOf, parseJson, textOf, writtenLength } from "./json.ts";
import type { AnswerReader, EventSign, Protocol } from "./protocol.ts";
import {
  createNotes,
  type Notes,
  noteError,
  noteModel,
  noteRate,
  noteTier,
  noteUnit,
  noteUsage,
  regionUnit,
} from "./reading.ts";
import { retryAfterSeconds } from "./render.ts";

export const anthropicMessages: Protocol = {
  name: "anthropic-messages",
  createReader,
  renderError: (refusal, requestId) => JSON.stringify({ ...errorBody(refusal), request_id: requestId }),
  renderStreamError: (refusal) => `event: error\ndata: ${JSON.stringify(errorBody(refusal))}\n\n`,
  renderReply: renderMessagesReply,
  readRequest: readMessagesRequest,
  lowerCeiling: lowerMessagesCeiling,
  fingerprint: fingerprintMessages,
};

/** Most content blocks that are open at once. */
const MAX_BLOCKS = 256;
/** Most turns of one answer that are read. The others have no rate: what they cost is unknown. */
const MAX_ITERATIONS = 256;

function createReader(): AnswerReader {
  const notes = createNotes();
  const merged: MergedUsage = {};
  const progress = createMessagesProgress();

  return {
    reading: notes,
    readEvent(name, data) {
      const event = objectOf(parseJson(data));
      if (!event) return notes.error === null ? "more" : "maybe-last";
      return readTyped(typeof event.type === "string" ? event.type : (name ?? ""), event);
    },
    readAnswer(body) {
      const message = objectOf(body);
      if (!message) return;
      if (message.error !== undefined && message.error !== null) readError(message);
      readMessage(message);
      for (const block of listOf(message.content)) notes.visibleBytes += blockBytes(objectOf(block));
      notes.visibleBytes += lengthOf(message.completion);
      notes.ended = true;
    },
    renderCut: (terms) => (notes.ended ? "" : renderMessagesCut(progress, notes.model, terms)),
  };

  function readTyped(type: string, event: Json): EventSign {
    switch (type) {
      case "content_block_delta":
        notes.visibleBytes += blockBytes(objectOf(event.delta));
        return "more";
      case "content_block_start":
        notes.visibleBytes += blockBytes(objectOf(event.content_block));
        if (progress.openBlocks.size < MAX_BLOCKS) progress.openBlocks.add(event.index);
        return "more";
      case "content_block_stop":
        progress.openBlocks.delete(event.index);
        return "more";
      case "message_start":
        progress.kind = "messages";
        readMessage(objectOf(event.message) ?? {});
        return "more";
      case "message_delta":
        readMessage(event);
        if (textOf(objectOf(event.delta)?.stop_reason) !== null) progress.hasStopped = true;
        return "more";
      case "message_stop":
        notes.ended = true;
        return "last";
      case "error":
        readError(event);
        return "maybe-last";
      default:
        // The legacy text completions stream: its last event is the one with a stop reason.
        notes.visibleBytes += lengthOf(event.completion);
        if (typeof event.completion === "string") progress.kind = "completion";
        if (textOf(event.stop_reason) === null) return "more";
        notes.ended = true;
        return "maybe-last";
    }
  }

  function readMessage(message: Json): void {
    noteModel(notes, message.model);
    const usage = objectOf(message.usage);
    if (!usage) return;
    mergeAnthropicUsage(merged, usage);
    noteUsage(notes, readAnthropicUsage(merged));
    noteUnit(notes, "web_searches", objectOf(merged.server_tool_use)?.web_search_requests);
    noteTier(notes, usage.service_tier);
    noteTier(notes, usage.speed);
    noteRate(notes, regionUnit(usage.inference_geo));
    if (Array.isArray(usage.iterations)) readIterations(usage.iterations);
  }

  function readIterations(iterations: readonly unknown[]): void {
    notes.passes = readPasses(iterations.slice(0, MAX_ITERATIONS));
    noteUnit(notes, "further_iterations", iterations.length - MAX_ITERATIONS);
  }

  function readError(body: Json): void {
    noteError(notes, [objectOf(body.error)?.type, "api_error"]);
  }
}

/**
 * The passes that the top-level usage leaves out. `message` entries are its own turns; where a fallback model served,
 * the top-level usage is that model's: its own turns and the entry that ended them; turns of other models were declined.
 */
function readPasses(listed: readonly unknown[]): Notes["passes"] {
  const iterations = listed.map(objectOf).filter((one) => one !== null);
  const fallback = iterations.findLast((one) => one.type === "fallback_message");
  return iterations
    .filter(
      (one) => one !== fallback && (one.type !== "message" || (fallback && one.model !== fallback.model)),
    )
    .map((one) => ({ model: textOf(one.model), usage: readAnthropicUsage(one) }));
}

/** Bytes of text, thinking and tool input in a content block or a delta of one. */
function blockBytes(block: Json | null): number {
  if (!block) return 0;
  const bytes =
    lengthOf(block.text) + lengthOf(block.thinking) + lengthOf(block.partial_json) + lengthOf(block.name);
  const input = objectOf(block.input);
  // A stream's block starts with an empty input that deltas fill.
  return bytes + (input && Object.keys(input).length > 0 ? writtenLength(input) : 0);
}

/** https://docs.anthropic.com/en/api/errors */
function errorBody(refusal: Refusal): object {
  const error = { type: anthropicErrorType(refusal.status), message: refusal.message };
  return { type: "error", error, ...retryAfterSeconds(refusal) };
}
