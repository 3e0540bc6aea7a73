/** Through OpenAI's SDK, by chat completions. */
import OpenAI from "openai";
import type { ChatCompletionMessage, ChatCompletionMessageParam } from "openai/resources/chat/completions";
import {
  type Demand,
  type Heard,
  type Line,
  MAX_OUTPUT,
  PIXEL,
  SCHEMA,
  type Talk,
  WEATHER_TOOL,
} from "./talk.ts";

/** A talk in chat completions. */
export function startChat({ baseUrl, key, model, stream }: Line): Talk {
  const client = new OpenAI({ baseURL: baseUrl, apiKey: key, maxRetries: 0 });
  const messages: ChatCompletionMessageParam[] = [{ role: "system", content: "Be brief." }];
  let demand: Demand = {};
  let calls: Heard["calls"] = [];

  async function next(): Promise<Heard> {
    const body = { model, messages, max_completion_tokens: MAX_OUTPUT, ...demanded(demand) };
    const { choices, usage } = stream
      ? await client.chat.completions
          .stream({ ...body, stream_options: { include_usage: true } })
          .finalChatCompletion()
      : await client.chat.completions.create(body);
    const message = choices[0]?.message;
    if (!message || !usage) throw new Error("the answer has no message, or no usage");
    messages.push(message);
    calls = callsOf(message);
    return {
      text: message.content ?? "",
      thought: thoughtOf(message),
      calls,
      usage: [usage.prompt_tokens, usage.completion_tokens],
    };
  }

  return {
    ask(text, wanted = {}) {
      demand = wanted;
      const url = `data:image/png;base64,${PIXEL}`;
      const image = wanted.image ? [{ type: "image_url" as const, image_url: { url } }] : [];
      messages.push({ role: "user", content: [{ type: "text", text }, ...image] });
      return next();
    },
    give(results) {
      for (const [index, content] of results.entries())
        messages.push({ role: "tool", tool_call_id: calls[index]?.id ?? "", content });
      return next();
    },
  };
}

function demanded({ tools, structure, thinking }: Demand) {
  const { name, description, schema } = WEATHER_TOOL;
  const tool = { type: "function" as const, function: { name, description, parameters: schema } };
  const format = {
    type: "json_schema" as const,
    json_schema: { name: "answer", schema: SCHEMA, strict: true },
  };
  return {
    ...(tools && { tools: [tool] }),
    ...(structure && { response_format: format }),
    ...(thinking && { reasoning_effort: "low" as const }),
  };
}

function callsOf({ tool_calls = [] }: ChatCompletionMessage): Heard["calls"] {
  return tool_calls.flatMap((call) =>
    call.type === "function"
      ? [{ id: call.id, name: call.function.name, input: JSON.parse(call.function.arguments) }]
      : [],
  );
}

/** A member that the SDK passes on without knowing it. */
function thoughtOf(message: ChatCompletionMessage): string {
  return "reasoning_content" in message ? String(message.reasoning_content) : "";
}
