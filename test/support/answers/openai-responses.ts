/** OpenAI's responses. */
import { type Said, sseEvent, textOf } from "./said.ts";

export function responsesAnswer(said: Said): unknown {
  return response(said, "completed", [outputItem(said)]);
}

/** The events of a stream: named, numbered, and without a `[DONE]`. */
export function responsesEvents(said: Said): string[] {
  const item = outputItem(said);
  const body = said.tool
    ? [
        {
          type: "response.function_call_arguments.delta",
          item_id: "item_1",
          output_index: 0,
          delta: said.tool.input,
        },
        {
          type: "response.function_call_arguments.done",
          item_id: "item_1",
          output_index: 0,
          arguments: said.tool.input,
        },
      ]
    : [
        {
          type: "response.content_part.added",
          ...part,
          part: { type: "output_text", text: "", annotations: [] },
        },
        ...said.words.map((delta) => ({ type: "response.output_text.delta", ...part, delta, logprobs: [] })),
        { type: "response.output_text.done", ...part, text: textOf(said), logprobs: [] },
      ];
  return [
    { type: "response.created", response: response(said, "in_progress", []) },
    { type: "response.output_item.added", output_index: 0, item: startedItem(said) },
    ...body,
    { type: "response.output_item.done", output_index: 0, item },
    { type: "response.completed", response: response(said, "completed", [item]) },
  ].map((event, sequence_number) => sseEvent(event.type, { ...event, sequence_number }));
}

const part = { item_id: "item_1", output_index: 0, content_index: 0 };

function outputItem(said: Said): object {
  if (said.tool) {
    const { name, input } = said.tool;
    return {
      type: "function_call",
      id: "item_1",
      call_id: "call_1",
      name,
      arguments: input,
      status: "completed",
    };
  }
  const content = [{ type: "output_text", text: textOf(said), annotations: [], logprobs: [] }];
  return { type: "message", id: "item_1", role: "assistant", status: "completed", content };
}

function startedItem(said: Said): object {
  if (said.tool) return { ...outputItem(said), arguments: "", status: "in_progress" };
  return { ...outputItem(said), content: [], status: "in_progress" };
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
