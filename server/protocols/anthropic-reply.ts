/** Anthropic's messages and legacy completions, written in the provider's place. */
import type { CutTerms, Reply, ReplyTerms } from "./protocol.ts";
import { fromLatin1, jsonReply, NO_MODEL, sseReply, sseTyped, toldUsage } from "./render.ts";

/** A whole answer that says `text`. */
export function renderMessagesReply(text: string, terms: ReplyTerms): Reply {
  const id = terms.id;
  const model = terms.model ?? NO_MODEL;
  if (terms.operation === "complete") {
    const completion = { type: "completion", id, completion: text, stop_reason: "stop_sequence", model };
    return terms.stream ? sseReply(sseTyped([completion])) : jsonReply({ ...completion, stop: null });
  }
  const message = emptyMessage(id, model, 0);
  const block = { type: "text", text };
  const stop = { stop_reason: "end_turn", stop_sequence: null };
  if (!terms.stream) return jsonReply({ ...message, content: [block], ...stop });
  return sseReply(
    sseTyped([
      typed("message_start", { message }),
      typed("content_block_start", { index: 0, content_block: { ...block, text: "" } }),
      typed("content_block_delta", { index: 0, delta: { type: "text_delta", text } }),
      typed("content_block_stop", { index: 0 }),
      typed("message_delta", { delta: stop, usage: { output_tokens: 0 } }),
      typed("message_stop", {}),
    ]),
  );
}

/** What a stream has said so far, as far as its end depends on it. */
export interface MessagesProgress {
  /** The format is known from the first event; null before it. */
  kind: "messages" | "completion" | null;
  /** Content blocks that have begun and not ended. */
  readonly openBlocks: Set<unknown>;
  /** Whether the message's stop reason has been told. */
  hasStopped: boolean;
}

/** A stream of which nothing has been read. */
export function createMessagesProgress(): MessagesProgress {
  return { kind: null, openBlocks: new Set(), hasStopped: false };
}

/** The events that end a stream: open blocks end, and the message stops for its length. `told` is the model's name. */
export function renderMessagesCut(progress: MessagesProgress, told: string | null, terms: CutTerms): string {
  const model = fromLatin1(told ?? NO_MODEL);
  const { input, output } = toldUsage(terms.usage);
  if (progress.kind === "completion") {
    return sseTyped([typed("completion", { completion: "", stop_reason: "max_tokens", model })]);
  }
  const events: { readonly type: string }[] = [];
  if (progress.kind === null) {
    events.push(typed("message_start", { message: emptyMessage(`msg_${terms.requestId}`, model, input) }));
  }
  for (const index of progress.openBlocks) events.push(typed("content_block_stop", { index }));
  if (!progress.hasStopped) {
    const delta = { stop_reason: "max_tokens", stop_sequence: null };
    events.push(typed("message_delta", { delta, usage: { output_tokens: output } }));
  }
  return sseTyped([...events, { type: "message_stop" }]);
}

function typed(type: string, rest: object): { readonly type: string } {
  return { type, ...rest };
}

function emptyMessage(id: string, model: string, inputTokens: number): object {
  return {
    id,
    type: "message",
    role: "assistant",
    model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: {
      input_tokens: inputTokens,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
      output_tokens: 0,
    },
  };
}
