/** Through Anthropic's SDK, by messages. */
import Anthropic from "@anthropic-ai/sdk";
import type { Message, MessageParam } from "@anthropic-ai/sdk/resources/messages";
import {
  type Demand,
  type Heard,
  type Line,
  MAX_OUTPUT,
  PIXEL,
  SCHEMA,
  type Talk,
  THINKING,
  WEATHER_TOOL,
} from "./talk.ts";

/** A talk in messages. */
export function startMessages({ baseUrl, key, model, stream }: Line): Talk {
  const client = new Anthropic({ baseURL: baseUrl, apiKey: key, maxRetries: 0 });
  const messages: MessageParam[] = [];
  let demand: Demand = {};
  let calls: Heard["calls"] = [];

  async function next(): Promise<Heard> {
    const body = { model, messages, system: "Be brief.", max_tokens: MAX_OUTPUT, ...demanded(demand) };
    const message: Message = stream
      ? await client.messages.stream(body).finalMessage()
      : await client.messages.create(body);
    messages.push({ role: "assistant", content: message.content });
    calls = message.content.flatMap((block) => (block.type === "tool_use" ? [block] : []));
    const { usage, content } = message;
    return {
      text: content.map((block) => (block.type === "text" ? block.text : "")).join(""),
      thought: content.map((block) => (block.type === "thinking" ? block.thinking : "")).join(""),
      calls: calls.map(({ id, name, input }) => ({ id, name, input })),
      usage: [
        usage.input_tokens + (usage.cache_read_input_tokens ?? 0) + (usage.cache_creation_input_tokens ?? 0),
        usage.output_tokens,
      ],
    };
  }

  return {
    ask(text, wanted = {}) {
      demand = wanted;
      const source = { type: "base64" as const, media_type: "image/png" as const, data: PIXEL };
      const image = wanted.image ? [{ type: "image" as const, source }] : [];
      messages.push({ role: "user", content: [{ type: "text", text }, ...image] });
      return next();
    },
    give(results) {
      const content = results.map((result, index) => {
        return { type: "tool_result" as const, tool_use_id: calls[index]?.id ?? "", content: result };
      });
      messages.push({ role: "user", content });
      return next();
    },
  };
}

function demanded({ tools, structure, thinking }: Demand) {
  const { name, description, schema } = WEATHER_TOOL;
  return {
    ...(tools && { tools: [{ name, description, input_schema: schema }] }),
    ...(structure && { output_config: { format: { type: "json_schema" as const, schema: SCHEMA } } }),
    ...(thinking && { thinking: { type: "enabled" as const, budget_tokens: THINKING } }),
  };
}
