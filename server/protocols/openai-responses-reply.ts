/** OpenAI's responses, written in the provider's place. https://platform.openai.com/docs/api-reference/responses-streaming */
import type { Usage } from "../core/usage.ts";
import { countOf, textOf } from "./json.ts";
import type { CutTerms, Reply, ReplyTerms } from "./protocol.ts";
import { fromLatin1, jsonReply, NO_MODEL, sseReply, sseTyped, toldUsage } from "./render.ts";
import { itemsSoFar, type ResponseProgress, textSoFar } from "./responses-progress.ts";

/** A whole answer that says `text`. */
export function renderResponsesReply(text: string, terms: ReplyTerms): Reply {
  const head: Head = {
    id: terms.id,
    created_at: Math.floor(terms.now / 1000),
    model: terms.model ?? NO_MODEL,
  };
  const item = messageItem(`msg_${terms.requestId}`, "completed", [textPart(text)]);
  const completed = response(head, "completed", [item], null);
  if (!terms.stream) return jsonReply(completed);
  const started = response(head, "in_progress", [], null);
  const place = { item_id: item.id, output_index: 0, content_index: 0 };
  const events: Event[] = [
    { type: "response.created", response: started },
    { type: "response.in_progress", response: started },
    { type: "response.output_item.added", output_index: 0, item: messageItem(item.id, "in_progress", []) },
    { type: "response.content_part.added", ...place, part: textPart("") },
    { type: "response.output_text.delta", ...place, delta: text, logprobs: [] },
    ...endOfText(place, text),
    { type: "response.output_item.done", output_index: 0, item },
    { type: "response.completed", response: completed },
  ];
  return sseReply(sseTyped(numbered(events, 0)));
}

/** The events that end a stream: the text at hand ends, and the response is incomplete for its length. */
export function renderResponsesCut(progress: ResponseProgress, terms: CutTerms): string {
  const told = progress.response;
  const head: Head = {
    id: fromLatin1(textOf(told?.id) ?? `resp_${terms.requestId}`),
    created_at: countOf(told?.created_at) ?? Math.floor(terms.now / 1000),
    model: fromLatin1(textOf(told?.model) ?? NO_MODEL),
  };
  const events: Event[] = [];
  if (!told) events.push({ type: "response.created", response: response(head, "in_progress", [], null) });
  const output: unknown[] = itemsSoFar(progress);
  const { at } = progress.text;
  if (at) {
    const text = textSoFar(progress.text);
    const item = messageItem(fromLatin1(textOf(at.item_id) ?? "msg"), "incomplete", [textPart(text)]);
    const { output_index } = at;
    const place = { item_id: item.id, output_index, content_index: at.content_index };
    events.push(...endOfText(place, text), { type: "response.output_item.done", output_index, item });
    output.push(item);
  }
  const ended = {
    ...response(head, "incomplete", output, terms.usage),
    incomplete_details: { reason: "max_output_tokens" },
  };
  events.push({ type: "response.incomplete", response: ended });
  return sseTyped(numbered(events, (countOf(progress.sequence) ?? -1) + 1));
}

interface Head {
  readonly id: string;
  /** Unix seconds. */
  readonly created_at: number;
  readonly model: string;
}

type Event = { readonly type: string; readonly [member: string]: unknown };

function numbered(events: readonly Event[], first: number): Event[] {
  return events.map((event, index) => ({ ...event, sequence_number: first + index }));
}

function endOfText(place: object, text: string): Event[] {
  return [
    { type: "response.output_text.done", ...place, text, logprobs: [] },
    { type: "response.content_part.done", ...place, part: textPart(text) },
  ];
}

/** A text, as it stands in a message of the output. */
export function textPart(text: string): object {
  return { type: "output_text", text, annotations: [], logprobs: [] };
}

interface MessageItem {
  readonly type: "message";
  readonly id: string;
  readonly role: "assistant";
  readonly status: string;
  readonly content: readonly object[];
}

/** A message of the output. */
export function messageItem(id: string, status: string, content: readonly object[]): MessageItem {
  return { type: "message", id, role: "assistant", status, content };
}

/** The response object with what every one has; `usage` is null while it is in progress. */
export function response(
  head: Head,
  status: string,
  output: readonly unknown[],
  usage: Usage | null,
): object {
  const { input, output: generated } = toldUsage(usage);
  return {
    ...head,
    object: "response",
    status,
    error: null,
    incomplete_details: null,
    instructions: null,
    max_output_tokens: null,
    metadata: {},
    output,
    parallel_tool_calls: true,
    previous_response_id: null,
    temperature: null,
    text: { format: { type: "text" } },
    tool_choice: "auto",
    tools: [],
    top_p: null,
    truncation: "disabled",
    usage:
      status === "in_progress"
        ? null
        : {
            input_tokens: input,
            input_tokens_details: { cached_tokens: 0 },
            output_tokens: generated,
            output_tokens_details: { reasoning_tokens: 0 },
            total_tokens: input + generated,
          },
  };
}
