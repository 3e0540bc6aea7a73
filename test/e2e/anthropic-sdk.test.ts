import { describe, expect, test } from "bun:test";
import Anthropic from "@anthropic-ai/sdk";
import { replySaying } from "../support/answers/by-path.ts";
import { errorBody } from "../support/answers/errors.ts";
import { HELLO, textOf, WEATHER } from "../support/answers/said.ts";
import { useGateway } from "../support/fixture.ts";
import { callLine } from "../support/gateway.ts";
import { json } from "../support/replies.ts";
import type { RecordedRequest } from "../support/upstream.ts";

const BODY = {
  model: "claude-haiku-4-5",
  max_tokens: 100,
  messages: [{ role: "user" as const, content: "Who is there?" }],
};
const BASES = [
  "/agents/sdk-bot/anthropic",
  "/agents/sdk-bot/anthropic/v1",
  "/anthropic",
  "/anthropic/v1",
  "",
];

const fixture = useGateway();
const { upstream } = fixture;

function client(base = "/agents/sdk-bot/anthropic"): Anthropic {
  return new Anthropic({ baseURL: fixture.gateway.url + base, apiKey: "sk-ant-client", maxRetries: 0 });
}

/** The key as the SDK put it: newer versions send it as a Bearer token, older ones as x-api-key. */
function keyOf(request: RecordedRequest): string | null {
  return request.header("x-api-key") ?? request.header("authorization")?.replace("Bearer ", "") ?? null;
}

describe("Anthropic's SDK through the gateway", () => {
  test.each(BASES)("gets an answer and a stream with the base URL %p", async (base) => {
    const answer = await client(base).messages.create(BODY);
    expect(answer.content).toMatchObject([{ type: "text", text: textOf(HELLO) }]);
    expect(await client(base).messages.stream(BODY).finalText()).toBe(textOf(HELLO));
    expect(upstream.requests.map(({ target }) => target)).toEqual(["/v1/messages", "/v1/messages"]);
    expect(upstream.requests.map(keyOf)).toEqual(["sk-ant-client", "sk-ant-client"]);
  });

  test("is metered with cache reads counted as input, streamed or not", async () => {
    const whole = await client().messages.create(BODY).withResponse();
    const streamed = await client()
      .messages.create({ ...BODY, stream: true })
      .withResponse();
    await Array.fromAsync(streamed.data);
    for (const { response } of [whole, streamed]) {
      const line = await callLine(fixture.gateway, response.headers.get("x-tollgate-request-id"));
      expect(line).toMatchObject({
        agent: "sdk-bot",
        provider: "anthropic",
        model: "claude-haiku-4-5",
        tokens_in: 120,
        tokens_cached: 20,
        tokens_out: 30,
        ending: "complete",
        // 100 x 1.00 + 20 x 0.10 + 30 x 5.00 USD per million
        cost_nano: 252_000,
      });
    }
  });

  test("uses a tool, whole and streamed", async () => {
    upstream.reply(replySaying(WEATHER));
    const input = { city: "Zürich", unit: "C" };
    expect((await client().messages.create(BODY)).content).toMatchObject([{ type: "tool_use", input }]);
    const final = await client().messages.stream(BODY).finalMessage();
    expect(final.content).toMatchObject([{ type: "tool_use", name: "get_weather", input }]);
  });

  test("counts tokens and lists models by the plain paths, too", async () => {
    const { model, messages } = BODY;
    const counted = await client("").messages.countTokens({ model, messages });
    expect(counted.input_tokens).toBe(120);
    expect((await client("").models.list()).data).toHaveLength(1);
    expect(upstream.requests.map(({ target }) => target.split("?")[0])).toEqual([
      "/v1/messages/count_tokens",
      "/v1/models",
    ]);
    expect(upstream.requests.map(keyOf)).toEqual(["sk-ant-client", "sk-ant-client"]);
  });

  test("throws its own error class when the provider is overloaded", async () => {
    upstream.reply(json(errorBody("anthropic", 529, "overloaded, come back"), { status: 529 }));
    const error = await client()
      .messages.create(BODY)
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Anthropic.InternalServerError);
    expect(String(error)).toContain("overloaded, come back");
  });
});
