/** Anthropic's messages: input_tokens leave the cache out, and a stream's figures come in two halves. */
import { type Said, sseEvent, textOf } from "./said.ts";

export function messagesAnswer(said: Said): unknown {
  const content = said.tool ? [toolUse(said.tool)] : [{ type: "text", text: textOf(said) }];
  return {
    ...message(said),
    content,
    stop_reason: stopReason(said),
    usage: anthropicUsage(said, said.outputTokens),
  };
}

export function messagesEvents(said: Said): string[] {
  const index = 0;
  const start = said.tool ? { ...toolUse(said.tool), input: {} } : { type: "text", text: "" };
  const deltas = said.tool
    ? [{ type: "input_json_delta", partial_json: said.tool.input }]
    : said.words.map((text) => ({ type: "text_delta", text }));
  return [
    { type: "message_start", message: { ...message(said), usage: anthropicUsage(said, 1) } },
    { type: "content_block_start", index, content_block: start },
    { type: "ping" },
    ...deltas.map((delta) => ({ type: "content_block_delta", index, delta })),
    { type: "content_block_stop", index },
    {
      type: "message_delta",
      delta: { stop_reason: stopReason(said), stop_sequence: null },
      usage: { output_tokens: said.outputTokens },
    },
    { type: "message_stop" },
  ].map((event) => sseEvent(event.type, event));
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

function toolUse(tool: { name: string; input: string }): object {
  return { type: "tool_use", id: "toolu_1", name: tool.name, input: JSON.parse(tool.input) };
}

function stopReason(said: Said): string {
  return said.tool ? "tool_use" : "end_turn";
}
