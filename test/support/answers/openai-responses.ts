/** OpenAI's responses. */
import { type Said, SIGNATURE, sseEvent, type ToolCall, textOf, toolsOf } from "./said.ts";

export function responsesAnswer(said: Said): unknown {
  return response(
    said,
    "completed",
    itemsOf(said).map(({ item }) => item),
  );
}

/** The events of a stream: named, numbered, and without a `[DONE]`. */
export function responsesEvents(said: Said): string[] {
  const items = itemsOf(said);
  const body = items.flatMap(({ item, started, events }, output_index) => [
    { type: "response.output_item.added", output_index, item: started },
    ...events.map((event) => ({ ...event, output_index })),
    { type: "response.output_item.done", output_index, item },
  ]);
  return [
    { type: "response.created", response: response(said, "in_progress", []) },
    ...body,
    {
      type: "response.completed",
      response: response(
        said,
        "completed",
        items.map(({ item }) => item),
      ),
    },
  ].map((event, sequence_number) => sseEvent(event.type, { ...event, sequence_number }));
}

/** An item whole, as it begins in a stream, and what comes between. */
interface Item {
  readonly item: object;
  readonly started: object;
  readonly events: readonly (Readonly<Record<string, unknown>> & { readonly type: string })[];
}

function itemsOf(said: Said): Item[] {
  const thought = said.thought === undefined ? [] : [reasoning(said.thought)];
  const rest = said.tool ? toolsOf(said).map(functionCall) : [message(said)];
  return [...thought, ...rest];
}

function reasoning(thought: string): Item {
  const summary = [{ type: "summary_text", text: thought }];
  const item = { type: "reasoning", id: "rs_1", summary, encrypted_content: SIGNATURE };
  const place = { item_id: item.id, summary_index: 0 };
  return {
    item,
    started: { ...item, summary: [] },
    events: [
      { type: "response.reasoning_summary_part.added", ...place, part: { type: "summary_text", text: "" } },
      { type: "response.reasoning_summary_text.delta", ...place, delta: thought },
      { type: "response.reasoning_summary_text.done", ...place, text: thought },
      { type: "response.reasoning_summary_part.done", ...place, part: summary[0] },
    ],
  };
}

function functionCall({ name, input }: ToolCall, index: number): Item {
  const id = `item_${index + 1}`;
  const call = { type: "function_call", id, call_id: `call_${index + 1}`, name };
  return {
    item: { ...call, arguments: input, status: "completed" },
    started: { ...call, arguments: "", status: "in_progress" },
    events: [
      { type: "response.function_call_arguments.delta", item_id: id, delta: input },
      { type: "response.function_call_arguments.done", item_id: id, arguments: input },
    ],
  };
}

function message(said: Said): Item {
  const item = { type: "message", id: "item_1", role: "assistant" };
  const place = { item_id: item.id, content_index: 0 };
  const part = { type: "output_text", text: textOf(said), annotations: [], logprobs: [] };
  return {
    item: { ...item, status: "completed", content: [part] },
    started: { ...item, status: "in_progress", content: [] },
    events: [
      { type: "response.content_part.added", ...place, part: { ...part, text: "" } },
      ...said.words.map((delta) => ({ type: "response.output_text.delta", ...place, delta, logprobs: [] })),
      { type: "response.output_text.done", ...place, text: part.text, logprobs: [] },
      { type: "response.content_part.done", ...place, part },
    ],
  };
}

function response(said: Said, status: string, output: readonly object[]): object {
  const usage = {
    input_tokens: said.inputTokens,
    input_tokens_details: { cached_tokens: said.cachedTokens },
    output_tokens: said.outputTokens,
    output_tokens_details: { reasoning_tokens: said.reasoningTokens },
    total_tokens: said.inputTokens + said.outputTokens,
  };
  return {
    id: "resp_test",
    object: "response",
    created_at: 1_760_000_000,
    status,
    model: said.model,
    output,
    error: null,
    incomplete_details: null,
    usage: status === "completed" ? usage : null,
  };
}
