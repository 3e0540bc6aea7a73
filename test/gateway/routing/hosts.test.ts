/** Calls that `auto` or a fallback serves from a host with ways of its own: it is sent what it takes, the client hears its own. */
import { describe, expect, test } from "bun:test";
import { type DataPlane, openDataPlane } from "../../support/data-plane.ts";
import { busy, CHAT, call, hostOf, outcome } from "./routing-support.ts";

const HOSTS = `
providers:
  openai: { api_key: sk-openai }
  anthropic: { api_key: sk-ant }
  google: { api_key: g-key }
  mistral: { api_key: sk-mistral }
  deepseek: { api_key: sk-deepseek }
`;

function sentBody(plane: DataPlane, at = 0): Record<string, unknown> {
  return JSON.parse(new TextDecoder().decode(plane.sent[at]?.body));
}

function post(plane: DataPlane, path: string, body: object): Promise<Response> {
  return plane.send(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

test("a Gemini client's seed and calls reach Mistral in its own words", async () => {
  const config = `${HOSTS}agents: { bot: { provider: mistral, model: mistral-large-latest } }`;
  using plane = openDataPlane({ config, upstream: () => Response.json(CHAT) });
  const answer = await post(plane, "/agents/bot/auto/v1beta/models/x:generateContent", {
    contents: [
      { role: "user", parts: [{ text: "Hi" }] },
      { role: "model", parts: [{ functionCall: { name: "get", args: {} } }] },
      { role: "user", parts: [{ functionResponse: { name: "get", response: { output: "1" } } }] },
    ],
    tools: [{ functionDeclarations: [{ name: "get" }] }],
    generationConfig: { seed: 7 },
  });
  expect(answer.status).toBe(200);
  const { messages, ...sent } = sentBody(plane) as {
    messages: { tool_calls?: { id: string }[]; tool_call_id?: string }[];
  };
  expect(sent).toMatchObject({ random_seed: 7 });
  expect(sent).not.toHaveProperty("seed");
  const id = messages[1]?.tool_calls?.[0]?.id;
  expect(id).toMatch(/^[A-Za-z0-9]{9}$/);
  expect(messages[2]?.tool_call_id).toBe(id ?? "");
});

test("an Anthropic client's label of its user is not sent to Mistral", async () => {
  const config = `${HOSTS}agents: { bot: { provider: mistral, model: mistral-large-latest } }`;
  using plane = openDataPlane({ config, upstream: () => Response.json(CHAT) });
  const messages = [{ role: "user", content: "Hi" }];
  const asked = { model: "claude-x", max_tokens: 9, messages, metadata: { user_id: "u-1" } };
  expect((await post(plane, "/agents/bot/auto/v1/messages", asked)).status).toBe(200);
  expect(sentBody(plane)).not.toHaveProperty("user");
});

test("a schema for DeepSeek, which takes none, is refused by the client's name of it", async () => {
  const config = `${HOSTS}agents: { bot: { provider: deepseek, model: deepseek-chat } }`;
  using plane = openDataPlane({ config, upstream: () => Response.json(CHAT) });
  const answer = await post(plane, "/agents/bot/auto/v1/messages", {
    model: "x",
    max_tokens: 9,
    messages: [{ role: "user", content: "Hi" }],
    output_config: { format: { type: "json_schema", schema: { type: "object" } } },
  });
  expect([answer.status, outcome(answer)]).toEqual([400, "unsupported_translation"]);
  expect(await answer.text()).toContain("`output_config.format`");
  expect(plane.sent).toHaveLength(0);
});

describe("a fallback in the middle of a tool loop", () => {
  const ASKED = {
    seed: 7,
    user: "u-1",
    max_completion_tokens: 50,
    messages: [
      { role: "user", content: "Hi" },
      {
        role: "assistant",
        content: null,
        tool_calls: [
          {
            id: "call_AbCdEfGhIjKlMnOpQrStUvWx",
            type: "function",
            function: { name: "get", arguments: "{}" },
          },
        ],
      },
      { role: "tool", tool_call_id: "call_AbCdEfGhIjKlMnOpQrStUvWx", content: "1" },
    ],
  };
  const config = `${HOSTS}agents: { bot: { fallback: [mistral/mistral-large-latest] } }`;
  const upstream = (request: Parameters<typeof hostOf>[0]) =>
    hostOf(request) === "api.openai.com" ? busy() : Response.json(CHAT);

  test("is sent what its host takes, in the client's bytes but for that", async () => {
    using plane = openDataPlane({ config, upstream });
    const answer = await call(plane, ASKED);
    expect(answer.status).toBe(200);
    expect(plane.sent.map(hostOf)).toEqual(["api.openai.com", "api.mistral.ai"]);
    const [first, second] = plane.sent.map(({ body }) => new TextDecoder().decode(body));
    const id = /"tool_call_id":"([A-Za-z0-9]{9})"/.exec(second ?? "")?.[1] ?? "none";
    expect(second).toBe(
      (first ?? "")
        .replace('"gpt-4o"', '"mistral-large-latest"')
        .replace('"seed"', '"random_seed"')
        .replace('"user":"u-1",', "")
        .replace('"max_completion_tokens"', '"max_tokens"')
        .replaceAll("call_AbCdEfGhIjKlMnOpQrStUvWx", id),
    );
  });

  test("leaves alone what was sent to that host by its client", async () => {
    using plane = openDataPlane({ config, upstream });
    await call(plane, ASKED, { path: "/agents/bot/mistral/v1/chat/completions" });
    expect(sentBody(plane)).toMatchObject(ASKED);
  });
});

describe("tools whose names OpenAI refuses", () => {
  const config = `${HOSTS}agents: { bot: { provider: openai, model: gpt-4o } }`;
  const LONG = `mcp__${"x".repeat(90)}`;
  const ASKED = {
    contents: [{ role: "user", parts: [{ text: "Hi" }] }],
    tools: [{ functionDeclarations: [{ name: "math.add" }, { name: LONG }] }],
    toolConfig: { functionCallingConfig: { mode: "ANY", allowedFunctionNames: ["math.add"] } },
  };

  /** Calls every tool that it is offered, whole or as a stream. */
  function callAll({ body }: { readonly body: Uint8Array }): Response {
    const { tools, stream } = JSON.parse(new TextDecoder().decode(body));
    const calls = tools.map(({ function: { name } }: { function: { name: string } }, index: number) => ({
      index,
      id: `call_${index}`,
      type: "function",
      function: { name, arguments: "{}" },
    }));
    const choice = { index: 0, finish_reason: "tool_calls" };
    const said = { role: "assistant", content: null, tool_calls: calls };
    if (!stream) return Response.json({ ...CHAT, choices: [{ ...choice, message: said }] });
    const chunk = { ...CHAT, object: "chat.completion.chunk", choices: [{ ...choice, delta: said }] };
    return new Response(`data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n`, {
      headers: { "content-type": "text/event-stream" },
    });
  }

  test.each(["generateContent", "streamGenerateContent?alt=sse"])(
    "are offered by fitted names and called by their own: %s",
    async (action) => {
      using plane = openDataPlane({ config, upstream: callAll });
      const answer = await post(plane, `/agents/bot/auto/v1beta/models/x:${action}`, ASKED);
      expect(answer.status).toBe(200);
      const text = await answer.text();
      const { tools, tool_choice: choice } = sentBody(plane) as {
        tools: { function: { name: string } }[];
        tool_choice: { function: { name: string } };
      };
      const offered = tools.map(({ function: { name } }) => name);
      for (const name of offered) expect(name).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
      expect(choice.function.name).toBe(offered[0] ?? "");
      expect(text).toContain(`"name":"math.add"`);
      expect(text).toContain(`"name":"${LONG}"`);
      for (const name of offered) expect(text).not.toContain(name);
    },
  );
});
