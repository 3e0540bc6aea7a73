/** The virtual provider through the whole data plane: who serves, in which words, with whose key (SPEC 12.1-12.4). */
import { describe, expect, test } from "bun:test";
import { openDataPlane, type SentRequest } from "../../support/data-plane.ts";

const KEYS = `
providers:
  openai: { api_key: sk-openai }
  anthropic: { api_key: sk-ant }
  google: { api_key: g-key }
`;

const CHAT = {
  id: "chatcmpl-1",
  object: "chat.completion",
  created: 1_760_000_000,
  model: "gpt-4o-2024-08-06",
  choices: [{ index: 0, message: { role: "assistant", content: "Hello." }, finish_reason: "stop" }],
  usage: { prompt_tokens: 10, completion_tokens: 2, total_tokens: 12 },
};
const MESSAGE = {
  id: "msg_1",
  type: "message",
  role: "assistant",
  model: "claude-haiku-4-5-20251001",
  content: [{ type: "text", text: "Hello." }],
  stop_reason: "end_turn",
  stop_sequence: null,
  usage: { input_tokens: 10, output_tokens: 2, cache_read_input_tokens: 5, cache_creation_input_tokens: 3 },
};
const MESSAGE_STREAM = [
  {
    type: "message_start",
    message: { ...MESSAGE, content: [], stop_reason: null, usage: { ...MESSAGE.usage, output_tokens: 1 } },
  },
  { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
  { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Hel" } },
  { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "lo." } },
  { type: "content_block_stop", index: 0 },
  {
    type: "message_delta",
    delta: { stop_reason: "end_turn", stop_sequence: null },
    usage: { output_tokens: 2 },
  },
  { type: "message_stop" },
]
  .map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
  .join("");

function serve(request: SentRequest): Response {
  const host = new URL(request.url).host;
  if (host === "api.openai.com") return Response.json(CHAT);
  const body = JSON.parse(new TextDecoder().decode(request.body));
  if (body.stream) return new Response(MESSAGE_STREAM, { headers: { "content-type": "text/event-stream" } });
  return Response.json(MESSAGE);
}

const ask = (body: unknown, headers: Record<string, string> = {}): RequestInit => ({
  method: "POST",
  headers: { "content-type": "application/json", authorization: "Bearer sk-client", ...headers },
  body: JSON.stringify(body),
});

const HI = { messages: [{ role: "user", content: "Hi" }] };

function sentBody(plane: { sent: SentRequest[] }, at = 0): Record<string, unknown> {
  return JSON.parse(new TextDecoder().decode(plane.sent[at]?.body));
}

describe("a call to auto", () => {
  test.each(["auto", "tollgate", "agentgazer"])(
    "in the provider's own words passes as it came: %s",
    async (name) => {
      using plane = openDataPlane({ config: KEYS, upstream: serve });
      const body = `{ "model":"gpt-4o",  "messages":[{"role":"user","content":"Hi"}] }`;
      const answer = await plane.send(`/agents/bot/${name}/v1/chat/completions`, { ...ask({}), body });
      expect(await answer.json()).toEqual(CHAT);
      expect(plane.sent[0]?.url).toBe("https://api.openai.com/v1/chat/completions");
      expect(new TextDecoder().decode(plane.sent[0]?.body)).toBe(body);
      // The client's own key was for nobody in particular.
      expect(plane.sent[0]?.headers.get("authorization")).toBe("Bearer sk-openai");
    },
  );

  test("is served in another format, and charged for what the serving provider reports", async () => {
    using plane = openDataPlane({ config: KEYS, upstream: serve });
    const answer = await plane.send(
      "/agents/bot/auto/v1/chat/completions",
      ask({ model: "claude-haiku-4-5", ...HI }),
    );
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({
      object: "chat.completion",
      choices: [{ message: { role: "assistant", content: "Hello." }, finish_reason: "stop" }],
      usage: { prompt_tokens: 18, completion_tokens: 2, total_tokens: 20 },
    });
    expect(plane.sent[0]?.url).toBe("https://api.anthropic.com/v1/messages");
    expect(plane.sent[0]?.headers.get("x-api-key")).toBe("sk-ant");
    expect(plane.sent[0]?.headers.has("authorization")).toBe(false);
    expect(plane.calls()).toMatchObject([
      {
        provider: "anthropic",
        requested_model: "claude-haiku-4-5",
        model: "claude-haiku-4-5-20251001",
        tokens_in: 18,
        tokens_out: 2,
        tokens_cached: 5,
        tokens_cache_write: 3,
        usage: "reported",
        attempts: 1,
      },
    ]);
    expect(plane.calls()[0]?.cost_nano).toBeGreaterThan(0);
  });

  test("streams in its own format", async () => {
    using plane = openDataPlane({ config: KEYS, upstream: serve });
    const answer = await plane.send(
      "/agents/bot/auto/v1/chat/completions",
      ask({ model: "claude-haiku-4-5", stream: true, stream_options: { include_usage: true }, ...HI }),
    );
    expect(answer.headers.get("content-type")).toStartWith("text/event-stream");
    const chunks = (await answer.text())
      .split("\n\n")
      .filter((event) => event.startsWith("data: {"))
      .map((event) => JSON.parse(event.slice(6)));
    expect(chunks.map((chunk) => chunk.choices[0]?.delta?.content ?? "").join("")).toBe("Hello.");
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 18, completion_tokens: 2 } });
    expect(plane.calls()).toMatchObject([{ ending: "complete", tokens_in: 18, tokens_out: 2, stream: true }]);
  });

  test("goes where the agent's configuration says, whatever it asks for", async () => {
    const config = `${KEYS}agents: { bot: { provider: anthropic, model: claude-haiku-4-5 } }`;
    using plane = openDataPlane({ config, upstream: serve });
    const answer = await plane.send("/agents/bot/auto", ask({ model: "gpt-4o", ...HI }));
    expect(answer.headers.get("x-tollgate-provider")).toBe("anthropic");
    expect(await answer.json()).toMatchObject({ object: "chat.completion" });
    expect(sentBody(plane).model).toBe("claude-haiku-4-5");
    expect(plane.calls()).toMatchObject([{ requested_model: "gpt-4o", provider: "anthropic" }]);
  });

  test("is refused what the serving provider has no place for, by the client's name of it", async () => {
    using plane = openDataPlane({ config: KEYS, upstream: serve });
    const asked = { model: "claude-haiku-4-5", logit_bias: { 50256: -100 }, seed: 7, ...HI };
    const refused = await plane.send("/agents/bot/auto/v1/chat/completions", ask(asked));
    expect(refused.status).toBe(400);
    const { error } = (await refused.json()) as { error: { message: string; code: string } };
    expect(error.code).toBe("unsupported_translation");
    expect(error.message).toContain("`logit_bias`, `seed`");
    expect(plane.sent).toHaveLength(0);

    plane.configure(`${KEYS}translation: { unsupported: drop }`);
    const answer = await plane.send("/agents/bot/auto/v1/chat/completions", ask(asked));
    expect(answer.status).toBe(200);
    expect(answer.headers.get("x-tollgate-dropped")).toBe("logit_bias, seed");
  });

  test("is refused where nobody is known to serve the model, or no key is kept", async () => {
    using plane = openDataPlane({ upstream: serve });
    const unknown = await plane.send("/agents/bot/auto", ask({ model: "llama-3", ...HI }));
    expect([unknown.status, unknown.headers.get("x-tollgate-blocked")]).toEqual([400, "unserved_model"]);
    const keyless = await plane.send("/agents/bot/auto", ask({ model: "gpt-4o", ...HI }));
    expect([keyless.status, keyless.headers.get("x-tollgate-blocked")]).toEqual([
      401,
      "upstream_key_missing",
    ]);
    expect(plane.sent).toHaveLength(0);
  });

  test("is told the provider's error in its own format, with its status", async () => {
    const error = { type: "error", error: { type: "not_found_error", message: "model: claude-x" } };
    using plane = openDataPlane({ config: KEYS, upstream: () => Response.json(error, { status: 404 }) });
    const answer = await plane.send(
      "/agents/bot/auto/v1/chat/completions",
      ask({ model: "claude-x", ...HI }),
    );
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ error: { message: "model: claude-x" } });
    expect(plane.calls()).toMatchObject([{ status: 404, cost_nano: 0 }]);
  });
});

describe("the connection test", () => {
  test.each(["tollgate-proxy", "agentgazer-proxy"])(
    "creates the agent and asks nobody: %s",
    async (model) => {
      using plane = openDataPlane({ upstream: serve });
      const answer = await plane.send("/agents/my-bot/agentgazer/v1/chat/completions", ask({ model, ...HI }));
      const { choices } = (await answer.json()) as { choices: { message: { content: string } }[] };
      expect(choices[0]?.message.content).toStartWith("Tollgate connected successfully for agent 'my-bot'.");
      const streamed = await plane.send(
        "/agents/my-bot/auto/v1/messages",
        ask({ model, stream: true, max_tokens: 9, ...HI }),
      );
      expect(await streamed.text()).toContain("Tollgate connected successfully for agent 'my-bot'.");
      expect(plane.sent).toHaveLength(0);
      expect(plane.fleet.agents.has("my-bot")).toBe(true);
      expect<string[]>(plane.lines.map(({ type }) => type)).toEqual(["agent"]);
    },
  );
});

describe("an override", () => {
  test("changes the model and no other byte", async () => {
    const config = `${KEYS}agents: { bot: { overrides: { openai: { model: gpt-4o-mini } } } }`;
    using plane = openDataPlane({ config, upstream: serve });
    const body = `{ "model" : "gpt-4o",  "messages":[{"role":"user","content":"é\\u00e9"}] }`;
    const answer = await plane.send("/agents/bot/openai", { ...ask({}), body });
    expect(await answer.json()).toEqual(CHAT);
    expect(new TextDecoder().decode(plane.sent[0]?.body)).toBe(body.replace(`"gpt-4o"`, `"gpt-4o-mini"`));
    // It is the provider that the client addressed, but the stored key comes first on such routes.
    expect(plane.sent[0]?.headers.get("authorization")).toBe("Bearer sk-openai");
    expect(plane.calls()).toMatchObject([{ requested_model: "gpt-4o", model: "gpt-4o-2024-08-06" }]);
  });

  test("may send a call elsewhere, in other words", async () => {
    const config = `${KEYS}agents: { "*": { overrides: { "*": { "gpt-4o": anthropic/claude-haiku-4-5 } } } }`;
    using plane = openDataPlane({ config, upstream: serve });
    const answer = await plane.send("/v1/chat/completions", ask({ model: "gpt-4o", ...HI }));
    expect(await answer.json()).toMatchObject({ object: "chat.completion" });
    expect(plane.sent[0]?.url).toBe("https://api.anthropic.com/v1/messages");
    expect(plane.sent[0]?.headers.get("x-api-key")).toBe("sk-ant");
  });

  test("gives a model to a request that names none, and asks leave for both names", async () => {
    const config = `${KEYS}agents: { bot: { model: gpt-4o-mini, models: { deny: [gpt-4o] }, overrides: { openai: { "gpt-4": gpt-4o } } } }`;
    using plane = openDataPlane({ config, upstream: serve });
    await plane.send("/agents/bot/openai", ask(HI));
    expect(sentBody(plane).model).toBe("gpt-4o-mini");
    const refused = await plane.send("/agents/bot/openai", ask({ model: "gpt-4", ...HI }));
    expect(refused.headers.get("x-tollgate-blocked")).toBe("model_not_allowed");
    expect(plane.sent).toHaveLength(1);
  });
});

test("thinking of another provider does not go to one that would not know it", async () => {
  using plane = openDataPlane({ config: KEYS, upstream: serve });
  const thought = { type: "thinking", thinking: "Hm.", signature: "tollgate.openai-chat.c2ln" };
  const messages = [
    { role: "user", content: "Hi" },
    { role: "assistant", content: [thought, { type: "text", text: "Hello." }] },
    { role: "user", content: "And now?" },
  ];
  const init = ask({ model: "claude-haiku-4-5", max_tokens: 9, messages });
  expect((await plane.send("/agents/bot/anthropic/v1/messages", init)).status).toBe(200);
  expect(sentBody(plane)).toEqual({
    model: "claude-haiku-4-5",
    max_tokens: 9,
    messages: [messages[0], { role: "assistant", content: [{ type: "text", text: "Hello." }] }, messages[2]],
  });
});
