/** Cohere's chat of both versions, and the first version's generation, written in the provider's place. */
import type { CutTerms, Reply, ReplyTerms } from "./protocol.ts";
import { fromLatin1, jsonLines, jsonReply, sseData, sseReply, sseTyped, toldUsage } from "./render.ts";

/** A whole answer that says `text`. The first version streams lines: that is how the two are told apart. */
export function renderCohereReply(text: string, terms: ReplyTerms): Reply {
  const id = terms.id;
  if (terms.operation === "summarize") return jsonReply({ id, summary: text, meta: meta(0, 0) });
  if (terms.framing === "ndjson") return firstVersion(text, id, terms);
  const content = { type: "text", text };
  const end = { finish_reason: "COMPLETE", usage: billedUsage(0, 0) };
  if (!terms.stream) return jsonReply({ id, message: { role: "assistant", content: [content] }, ...end });
  const events = [
    { type: "message-start", id, delta: { message: emptyMessage() } },
    { type: "content-start", index: 0, delta: { message: { content: { ...content, text: "" } } } },
    { type: "content-delta", index: 0, delta: { message: { content: { text } } } },
    { type: "content-end", index: 0 },
    { type: "message-end", delta: end },
  ];
  return sseReply(sseTyped(events) + sseData("[DONE]"));
}

/** What a stream has said so far, as far as its end depends on it. */
export interface CohereProgress {
  hasStarted: boolean;
  /** The part that has begun and not ended: what ends it, and its index. */
  open: { readonly ending: "content-end" | "tool-call-end"; readonly index: unknown } | null;
  /** The first version's id of the answer. */
  generationId: string | null;
}

/** The events that end a stream: what is open ends, and the message ends for its length. */
export function renderCohereCut(progress: CohereProgress, terms: CutTerms): string {
  const { input, output } = toldUsage(terms.usage);
  const reason = "MAX_TOKENS";
  if (terms.framing === "ndjson") {
    const id = fromLatin1(progress.generationId ?? terms.requestId);
    const response = { generation_id: id, text: "", finish_reason: reason, meta: meta(input, output) };
    return jsonLines([{ is_finished: true, event_type: "stream-end", finish_reason: reason, response }]);
  }
  const events: { readonly type: string }[] = [];
  if (!progress.hasStarted) {
    events.push(typed("message-start", { id: terms.requestId, delta: { message: emptyMessage() } }));
  }
  if (progress.open) events.push(typed(progress.open.ending, { index: progress.open.index }));
  const delta = { finish_reason: reason, usage: billedUsage(input, output) };
  return sseTyped([...events, typed("message-end", { delta })]) + sseData("[DONE]");
}

function typed(type: string, rest: object): { readonly type: string } {
  return { type, ...rest };
}

function firstVersion(text: string, id: string, terms: ReplyTerms): Reply {
  const reason = "COMPLETE";
  const body =
    terms.operation === "generate"
      ? { id, generations: [{ id, text, finish_reason: reason }], prompt: "", meta: meta(0, 0) }
      : { response_id: id, generation_id: id, text, finish_reason: reason, meta: meta(0, 0) };
  if (!terms.stream) return jsonReply(body);
  return {
    contentType: "application/stream+json",
    body: jsonLines([
      { is_finished: false, event_type: "stream-start", generation_id: id },
      { is_finished: false, event_type: "text-generation", text },
      { is_finished: true, event_type: "stream-end", finish_reason: reason, response: body },
    ]),
  };
}

function emptyMessage(): object {
  return { role: "assistant", content: [], tool_plan: "", tool_calls: [], citations: [] };
}

function billedUsage(input: number, output: number): object {
  const tokens = { input_tokens: input, output_tokens: output };
  return { billed_units: tokens, tokens };
}

function meta(input: number, output: number): object {
  return { api_version: { version: "1" }, ...billedUsage(input, output) };
}
