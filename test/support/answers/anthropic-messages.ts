/** Anthropic's messages: input_tokens leave the cache out, and a stream's figures come in two halves. */
import { type Said, SIGNATURE, sseEvent, type ToolCall, textOf, toolsOf } from "./said.ts";

export function messagesAnswer(said: Said): unknown {
  return {
    ...message(said),
    content: blocksOf(said).map(({ block }) => block),
    stop_reason: stopReason(said),
    usage: anthropicUsage(said, said.outputTokens),
  };
}

export function messagesEvents(said: Said): string[] {
  const content = blocksOf(said).flatMap(({ start, deltas }, index) => [
    { type: "content_block_start", index, content_block: start },
    ...(index === 0 ? [{ type: "ping" }] : []),
    ...deltas.map((delta) => ({ type: "content_block_delta", index, delta })),
    { type: "content_block_stop", index },
  ]);
  return [
    { type: "message_start", message: { ...message(said), usage: anthropicUsage(said, 1) } },
    ...content,
    {
      type: "message_delta",
      delta: { stop_reason: stopReason(said), stop_sequence: null },
      usage: { output_tokens: said.outputTokens },
    },
    { type: "message_stop" },
  ].map((event) => sseEvent(event.type, event));
}

/** A block whole, and as a stream brings it. */
interface Block {
  readonly block: object;
  readonly start: object;
  readonly deltas: readonly object[];
}

function blocksOf(said: Said): Block[] {
  const tools = toolsOf(said).map(toolUse);
  return [...(said.thought ? [thinking(said.thought)] : []), ...(tools.length > 0 ? tools : [text(said)])];
}

function thinking(thought: string): Block {
  return {
    block: { type: "thinking", thinking: thought, signature: SIGNATURE },
    start: { type: "thinking", thinking: "", signature: "" },
    deltas: [
      { type: "thinking_delta", thinking: thought },
      { type: "signature_delta", signature: SIGNATURE },
    ],
  };
}

function text(said: Said): Block {
  return {
    block: { type: "text", text: textOf(said) },
    start: { type: "text", text: "" },
    deltas: said.words.map((word) => ({ type: "text_delta", text: word })),
  };
}

function message(said: Said): object {
  return {
    id: "msg_test",
    type: "message",
    role: "assistant",
    model: said.model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
  };
}

function anthropicUsage(said: Said, outputTokens: number): object {
  return {
    input_tokens: said.inputTokens - said.cachedTokens,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: said.cachedTokens,
    output_tokens: outputTokens,
    service_tier: "standard",
  };
}

function toolUse({ name, input }: ToolCall, index: number): Block {
  const block = { type: "tool_use", id: `toolu_${index + 1}`, name, input: JSON.parse(input) };
  return {
    block,
    start: { ...block, input: {} },
    deltas: [{ type: "input_json_delta", partial_json: input }],
  };
}

function stopReason(said: Said): string {
  return said.tool ? "tool_use" : "end_turn";
}
