/** OpenAI's chat completions, and the hosts that speak it with their own way of reporting usage. */
import { type Said, sseEvent, type ToolCall, textOf, toolsOf } from "./said.ts";

const ENVELOPE = { id: "chatcmpl-test", created: 1_760_000_000, service_tier: "default" };

/** Where a host puts the figures that are not in OpenAI's own usage object. */
export type UsageStyle = "openai" | "deepseek" | "moonshot" | "minimax";

export function openaiChatAnswer(said: Said, style: UsageStyle = "openai"): unknown {
  const message = {
    role: "assistant",
    ...(said.thought === undefined ? {} : { reasoning_content: said.thought }),
    ...(said.tool
      ? { content: null, tool_calls: toolsOf(said).map(toolCall) }
      : { content: textOf(said), refusal: null }),
  };
  return {
    ...ENVELOPE,
    object: "chat.completion",
    model: said.model,
    choices: [{ index: 0, message, logprobs: null, finish_reason: finishReason(said) }],
    usage: openaiUsage(said, style),
    ...(style === "minimax" ? { base_resp: { status_code: 0, status_msg: "" } } : {}),
  };
}

/**
 * The events of a stream. `usage`: `asked` adds OpenAI's extra chunk after the last choice (what include_usage brings),
 * `none` leaves it out, `last` puts the figures into the last choice's chunk, as most other hosts do unasked.
 */
export function openaiChatEvents(
  said: Said,
  usage: "asked" | "none" | "last",
  style: UsageStyle = "openai",
): string[] {
  const chunk = (delta: unknown, finish_reason: string | null, extra: object = {}) =>
    sseEvent(null, {
      ...ENVELOPE,
      object: "chat.completion.chunk",
      model: said.model,
      choices: [{ index: 0, delta, logprobs: null, finish_reason }],
      ...(usage === "asked" ? { usage: null } : {}),
      ...extra,
    });
  const calls = toolsOf(said).map((tool, index) => ({ tool_calls: [{ index, ...toolCall(tool, index) }] }));
  const deltas = [
    ...(said.thought === undefined ? [] : [{ reasoning_content: said.thought }]),
    ...(said.tool ? calls : said.words.map((content) => ({ content }))),
  ];
  return [
    chunk({ role: "assistant", content: said.tool ? null : "" }, null),
    ...deltas.map((delta) => chunk(delta, null)),
    chunk({}, finishReason(said), usage === "last" ? { usage: openaiUsage(said, style) } : {}),
    ...(usage === "asked" ? [usageChunk(said, style)] : []),
    sseEvent(null, "[DONE]"),
  ];
}

function usageChunk(said: Said, style: UsageStyle): string {
  const usage = openaiUsage(said, style);
  return sseEvent(null, {
    ...ENVELOPE,
    object: "chat.completion.chunk",
    model: said.model,
    choices: [],
    usage,
  });
}

function openaiUsage(said: Said, style: UsageStyle): object {
  const totals = {
    prompt_tokens: said.inputTokens,
    completion_tokens: said.outputTokens,
    total_tokens: said.inputTokens + said.outputTokens,
  };
  const reasoning = { completion_tokens_details: { reasoning_tokens: said.reasoningTokens } };
  if (style === "moonshot") return { ...totals, ...reasoning, cached_tokens: said.cachedTokens };
  if (style === "minimax") return { ...totals, ...reasoning, total_characters: 0 };
  if (style === "deepseek") {
    const missed = said.inputTokens - said.cachedTokens;
    return {
      ...totals,
      ...reasoning,
      prompt_cache_hit_tokens: said.cachedTokens,
      prompt_cache_miss_tokens: missed,
    };
  }
  return {
    ...totals,
    prompt_tokens_details: { cached_tokens: said.cachedTokens, audio_tokens: 0 },
    ...reasoning,
  };
}

function toolCall({ name, input }: ToolCall, index: number): object {
  return { id: `call_${index + 1}`, type: "function", function: { name, arguments: input } };
}

function finishReason(said: Said): string {
  return said.tool ? "tool_calls" : "stop";
}
