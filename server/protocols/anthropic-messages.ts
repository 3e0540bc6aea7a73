/** Anthropic's messages. https://docs.anthropic.com/en/api/messages and /streaming */
import type { Refusal } from "../core/refusal.ts";
import { addCounts, type Usage } from "../core/usage.ts";
import { createMessagesProgress, renderMessagesCut, renderMessagesReply } from "./anthropic-reply.ts";
import { estimateMessagesInput, lowerMessagesCeiling, readMessagesDemand } from "./anthropic-request.ts";
import { fingerprintMessages } from "./anthropic-turn.ts";
import { countOf, type Json, lengthOf, listOf, objectOf, parseJson, textOf } from "./json.ts";
import type { AnswerReader, EventSign, Protocol } from "./protocol.ts";
import { createNotes, type Notes, noteError, noteModel, noteTier, noteUnit, noteUsage } from "./reading.ts";
import { retryAfterSeconds } from "./render.ts";

export const anthropicMessages: Protocol = {
  name: "anthropic-messages",
  createReader,
  renderError: (refusal, requestId) => JSON.stringify({ ...errorBody(refusal), request_id: requestId }),
  renderStreamError: (refusal) => `event: error\ndata: ${JSON.stringify(errorBody(refusal))}\n\n`,
  renderReply: renderMessagesReply,
  readDemand: readMessagesDemand,
  lowerCeiling: lowerMessagesCeiling,
  estimateInput: estimateMessagesInput,
  fingerprint: fingerprintMessages,
};

/** Most content blocks that are open at once. */
const MAX_BLOCKS = 256;
/** Most turns of one answer that are read. The others have no rate: what they cost is unknown. */
const MAX_ITERATIONS = 256;

/** What is read of a usage object. */
const USAGE_MEMBERS = [
  "input_tokens",
  "output_tokens",
  "output_tokens_details",
  "cache_read_input_tokens",
  "cache_creation_input_tokens",
  "cache_creation",
  "server_tool_use",
] as const;

function createReader(): AnswerReader {
  const notes = createNotes();
  /** All that the stream's usage objects have said, one by one: later ones are cumulative, some say one figure only. */
  const merged: { [member in (typeof USAGE_MEMBERS)[number]]?: unknown } = {};
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
    for (const member of USAGE_MEMBERS) merged[member] = usage[member] ?? merged[member];
    noteUsage(notes, readUsage(merged));
    noteUnit(notes, "web_searches", objectOf(merged.server_tool_use)?.web_search_requests);
    noteTier(notes, usage.service_tier);
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

/** `input_tokens` leaves cache reads and writes out; the gateway's input includes them. */
function readUsage(usage: Json): Usage {
  const cached = countOf(usage.cache_read_input_tokens);
  const written = countOf(usage.cache_creation_input_tokens);
  const writtenFor1h = countOf(objectOf(usage.cache_creation)?.ephemeral_1h_input_tokens);
  return {
    inputTokens: addCounts(countOf(usage.input_tokens), addCounts(cached, written)),
    outputTokens: countOf(usage.output_tokens),
    cachedTokens: cached,
    cacheWriteTokens: written,
    reasoningTokens: countOf(objectOf(usage.output_tokens_details)?.thinking_tokens),
    ...(writtenFor1h ? { billing: { cacheWrite1hTokens: writtenFor1h } } : {}),
  };
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
    .map((one) => ({ model: textOf(one.model), usage: readUsage(one) }));
}

/** Bytes of text, thinking and tool input in a content block or a delta of one. */
function blockBytes(block: Json | null): number {
  if (!block) return 0;
  const bytes =
    lengthOf(block.text) + lengthOf(block.thinking) + lengthOf(block.partial_json) + lengthOf(block.name);
  const input = objectOf(block.input);
  // A stream's block starts with an empty input that deltas fill.
  return bytes + (input && Object.keys(input).length > 0 ? JSON.stringify(input).length : 0);
}

const TYPES = new Map([
  [401, "authentication_error"],
  [402, "billing_error"],
  [403, "permission_error"],
  [404, "not_found_error"],
  [413, "request_too_large"],
  [429, "rate_limit_error"],
  [504, "timeout_error"],
  [529, "overloaded_error"],
]);

/** https://docs.anthropic.com/en/api/errors */
function errorBody(refusal: Refusal): object {
  const type = TYPES.get(refusal.status) ?? (refusal.status < 500 ? "invalid_request_error" : "api_error");
  return { type: "error", error: { type, message: refusal.message }, ...retryAfterSeconds(refusal) };
}
