/** Cohere's v2 chat: named events, billed units beside the tokens, and a `[DONE]` after message-end. */
import { type Said, sseEvent, textOf } from "./said.ts";

export function cohereAnswer(said: Said): unknown {
  const message = said.tool
    ? { role: "assistant", tool_plan: "I will look.", tool_calls: [toolCall(said.tool)] }
    : { role: "assistant", content: [{ type: "text", text: textOf(said) }] };
  return { id: "cohere-test", finish_reason: finishReason(said), message, usage: cohereUsage(said) };
}

export function cohereEvents(said: Said): string[] {
  const index = 0;
  const body = said.tool
    ? [
        { type: "tool-call-start", index, delta: { message: { tool_calls: { ...toolCall(said.tool) } } } },
        { type: "tool-call-end", index },
      ]
    : [
        { type: "content-start", index, delta: { message: { content: { type: "text", text: "" } } } },
        ...said.words.map((text) => ({
          type: "content-delta",
          index,
          delta: { message: { content: { text } } },
        })),
        { type: "content-end", index },
      ];
  const events = [
    { id: "cohere-test", type: "message-start", delta: { message: { role: "assistant", content: [] } } },
    ...body,
    { type: "message-end", delta: { finish_reason: finishReason(said), usage: cohereUsage(said) } },
  ];
  return [...events.map((event) => sseEvent(event.type, event)), sseEvent(null, "[DONE]")];
}

function cohereUsage(said: Said): object {
  return {
    billed_units: { input_tokens: said.inputTokens - 10, output_tokens: said.outputTokens - 3 },
    tokens: { input_tokens: said.inputTokens, output_tokens: said.outputTokens },
  };
}

function toolCall(tool: { name: string; input: string }): object {
  return { id: "call_1", type: "function", function: { name: tool.name, arguments: tool.input } };
}

function finishReason(said: Said): string {
  return said.tool ? "TOOL_CALL" : "COMPLETE";
}
