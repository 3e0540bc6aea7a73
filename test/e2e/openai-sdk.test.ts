import { describe, expect, test } from "bun:test";
import OpenAI from "openai";
import { replySaying } from "../support/answers/by-path.ts";
import { errorBody } from "../support/answers/errors.ts";
import { HELLO, textOf, WEATHER } from "../support/answers/said.ts";
import { useGateway } from "../support/fixture.ts";
import { callLine } from "../support/gateway.ts";
import { json } from "../support/replies.ts";

const MESSAGES = [{ role: "user" as const, content: "Who is there?" }];
const TOOLS = [
  { type: "function" as const, function: { name: "get_weather", parameters: { type: "object" } } },
];

/** Every base URL somebody would try, and the path that the upstream must then see. */
const BASES: readonly (readonly [base: string, upstreamPath: string])[] = [
  ["/agents/sdk-bot/openai", "/v1/chat/completions"],
  ["/agents/sdk-bot/openai/v1", "/v1/chat/completions"],
  ["/openai", "/v1/chat/completions"],
  ["/openai/v1", "/v1/chat/completions"],
  ["/openai/v1/", "/v1/chat/completions"],
  ["/v1", "/v1/chat/completions"],
  ["/agents/sdk-bot/mistral", "/v1/chat/completions"],
  ["/agents/sdk-bot/mistral/v1", "/v1/chat/completions"],
  ["/agents/sdk-bot/deepseek", "/chat/completions"],
  ["/agents/sdk-bot/deepseek/v1", "/v1/chat/completions"],
  ["/agents/sdk-bot/moonshot/v1", "/v1/chat/completions"],
  ["/agents/sdk-bot/zhipu", "/api/paas/v4/chat/completions"],
  ["/agents/sdk-bot/zhipu/api/paas/v4", "/api/paas/v4/chat/completions"],
  ["/agents/sdk-bot/minimax/v1", "/v1/text/chatcompletion_v2"],
  ["/agents/sdk-bot/baichuan/v1", "/v1/chat/completions"],
  ["/agents/sdk-bot/google/v1beta/openai", "/v1beta/openai/chat/completions"],
  ["/agents/sdk-bot/cohere/compatibility/v1", "/compatibility/v1/chat/completions"],
];

const fixture = useGateway();
const { upstream } = fixture;

function client(base = "/agents/sdk-bot/openai/v1"): OpenAI {
  return new OpenAI({ baseURL: fixture.gateway.url + base, apiKey: "sk-client", maxRetries: 0 });
}

describe("OpenAI's SDK through the gateway", () => {
  test.each(BASES)("gets an answer and a stream with the base URL %s", async (base, path) => {
    const body = { model: "gpt-4o-mini", messages: MESSAGES };
    const answer = await client(base).chat.completions.create(body);
    expect(answer.choices[0]?.message.content).toBe(textOf(HELLO));
    let text = "";
    for await (const chunk of await client(base).chat.completions.create({ ...body, stream: true })) {
      text += chunk.choices[0]?.delta.content ?? "";
    }
    expect(text).toBe(textOf(HELLO));
    expect(upstream.requests.map(({ target }) => target)).toEqual([path, path]);
  });

  test("is metered and charged to the agent of the path, to the nano-dollar", async () => {
    const { response } = await client()
      .chat.completions.create({ model: "gpt-4o-mini", messages: MESSAGES })
      .withResponse();
    const line = await callLine(fixture.gateway, response.headers.get("x-tollgate-request-id"));
    expect(line).toMatchObject({
      agent: "sdk-bot",
      provider: "openai",
      model: "gpt-4o-mini",
      stream: false,
      status: 200,
      ending: "complete",
      tokens_in: 120,
      tokens_cached: 20,
      tokens_out: 30,
      tokens_reasoning: 5,
      usage: "reported",
      // 100 x 0.15 + 20 x 0.075 + 30 x 0.60 USD per million
      cost_nano: 34_500,
    });
    expect(response.headers.get("x-tollgate-agent")).toBe("sdk-bot");
    expect(response.headers.get("x-tollgate-cost")).toBe("0.0000345");
  });

  test("is asked for usage on a stream and does not see the chunk it did not ask for", async () => {
    const { data, response } = await client()
      .chat.completions.create({ model: "gpt-4o-mini", messages: MESSAGES, stream: true })
      .withResponse();
    const chunks = await Array.fromAsync(data);
    expect(upstream.requests[0]?.json()).toMatchObject({ stream_options: { include_usage: true } });
    expect(chunks.filter((chunk) => chunk.choices.length === 0)).toEqual([]);
    const line = await callLine(fixture.gateway, response.headers.get("x-tollgate-request-id"));
    expect(line).toMatchObject({ stream: true, tokens_in: 120, tokens_out: 30, usage: "reported" });
  });

  test("sees the usage chunk that it asked for", async () => {
    const stream = await client().chat.completions.create({
      model: "gpt-4o-mini",
      messages: MESSAGES,
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks = await Array.fromAsync(stream);
    expect(
      chunks.filter((chunk) => chunk.choices.length === 0).map((chunk) => chunk.usage?.total_tokens),
    ).toEqual([150]);
  });

  test("calls a tool, whole and streamed", async () => {
    upstream.reply(replySaying(WEATHER));
    const body = { model: "gpt-4o-mini", messages: MESSAGES, tools: TOOLS };
    const answer = await client().chat.completions.create(body);
    const [call] = answer.choices[0]?.message.tool_calls ?? [];
    expect(call).toMatchObject({ function: { name: "get_weather", arguments: WEATHER.tool?.input } });
    const chunks = await Array.fromAsync(await client().chat.completions.create({ ...body, stream: true }));
    const pieces = chunks.flatMap((chunk) => chunk.choices[0]?.delta.tool_calls ?? []);
    expect(pieces.map((piece) => piece.function?.arguments).join("")).toBe(String(WEATHER.tool?.input));
  });

  test("speaks responses, whole and streamed", async () => {
    const body = { model: "gpt-4o-mini", input: "Who is there?" };
    expect((await client().responses.create(body)).output_text).toBe(textOf(HELLO));
    const { data, response } = await client()
      .responses.create({ ...body, stream: true })
      .withResponse();
    const types = (await Array.fromAsync(data)).map(({ type }) => type);
    expect(types.at(-1)).toBe("response.completed");
    const line = await callLine(fixture.gateway, response.headers.get("x-tollgate-request-id"));
    expect(line).toMatchObject({ tokens_in: 120, tokens_out: 30, ending: "complete" });
  });

  test("embeds and lists models", async () => {
    const { data, response } = await client()
      .embeddings.create({ model: "text-embedding-3-small", input: "some text", encoding_format: "float" })
      .withResponse();
    expect(data.data[0]?.embedding).toEqual([0.1, 0.2, 0.3]);
    const line = await callLine(fixture.gateway, response.headers.get("x-tollgate-request-id"));
    expect(line).toMatchObject({ model: "text-embedding-3-small", tokens_in: 120, stream: false });
    expect((await client().models.list()).data.map(({ id }) => id)).toEqual(["test-model"]);
  });

  test("throws its own error class with the provider's own message", async () => {
    upstream.reply(json(errorBody("openai", 404, "no such model here"), { status: 404 }));
    const error = await client()
      .chat.completions.create({ model: "gpt-none", messages: MESSAGES })
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(OpenAI.NotFoundError);
    expect(String(error)).toContain("no such model here");
  });
});
