/** Hours, models and rates: who may call when, what, and how often. */
import { describe, expect, test } from "bun:test";
import { type DataPlane, json, openDataPlane } from "../support/data-plane.ts";
import { makeTempFolder } from "../support/temp.ts";

const chat = (model = "gpt-4o-mini"): RequestInit => ({
  method: "POST",
  body: JSON.stringify({ model, messages: [] }),
});
const ANSWER = { model: "gpt-4o-mini", choices: [], usage: { prompt_tokens: 1, completion_tokens: 1 } };
const upstream = () => json(ANSWER);
const MINUTE = 60_000;

describe("a rate limit", () => {
  test("lets a burst of its count through, refuses the next with Retry-After, and refills evenly", async () => {
    using plane = openDataPlane({ config: "agents: { bot: { rate_limit: 3/min } }", upstream });
    for (let call = 0; call < 3; call++)
      expect((await plane.send("/agents/bot/openai", chat())).status).toBe(200);
    const refused = await plane.send("/agents/bot/openai", chat());
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "20"]);
    expect(await refused.json()).toEqual({
      error: {
        message: 'Rate limit exceeded for agent "bot" on openai. Please retry after 20 seconds.',
        type: "rate_limit_error",
        param: null,
        code: "rate_limit_exceeded",
      },
      retry_after_seconds: 20,
    });
    plane.advance(20_000);
    expect((await plane.send("/agents/bot/openai", chat())).status).toBe(200);
    expect((await plane.send("/agents/bot/openai", chat())).status).toBe(429);
  });

  test("of one agent is nobody else's, and a refused call consumes nothing and is no error", async () => {
    using plane = openDataPlane({ config: "agents: { bot: { rate_limit: 1/min } }", upstream });
    await plane.send("/agents/bot/openai", chat());
    for (let call = 0; call < 5; call++) await plane.send("/agents/bot/openai", chat());
    expect((await plane.send("/agents/other/openai", chat())).status).toBe(200);
    expect(plane.fleet.agents.get("bot")?.hour).toMatchObject({ calls: 1, errors: 0, blocked: 5 });
    plane.advance(MINUTE);
    expect((await plane.send("/agents/bot/openai", chat())).status).toBe(200);
    expect(plane.sent).toHaveLength(3);
  });

  test("as a window counts per provider; a provider's own counts over all agents", async () => {
    const config = `
providers: { openai: { rate_limit: { max_requests: 3, window_seconds: 60 } } }
agents: { "*": { rate_limit: { max_requests: 2, window_seconds: 60 } } }
`;
    using plane = openDataPlane({ config, upstream });
    const status = async (path: string): Promise<number> => (await plane.send(path, chat())).status;
    expect([await status("/agents/a/openai"), await status("/agents/a/openai")]).toEqual([200, 200]);
    expect(await status("/agents/a/openai")).toBe(429);
    expect(await status("/agents/a/mistral")).toBe(200);
    expect([await status("/agents/b/openai"), await status("/agents/b/openai")]).toEqual([200, 429]);
    plane.advance(MINUTE);
    expect(await status("/agents/b/openai")).toBe(200);
  });

  test("as a window is one for all hosts that only calls have named, over a restart, too", async () => {
    const config = `agents: { "*": { rate_limit: { max_requests: 2, window_seconds: 60 } } }`;
    using folder = makeTempFolder("strangers");
    const open = () =>
      openDataPlane({ config, upstream, folder: folder.path, resolve: async () => ["93.184.215.14"] });
    const status = async (plane: DataPlane, agent: string, host: string): Promise<number> => {
      const headers = { "x-target-url": `https://${host}`, "x-agent-id": agent };
      return (await plane.send("/v1/chat/completions", { ...chat(), headers })).status;
    };
    {
      using plane = open();
      expect([await status(plane, "a", "one.example"), await status(plane, "a", "two.example")]).toEqual([
        200, 200,
      ]);
      expect(await status(plane, "a", "three.example")).toBe(429);
      expect(await status(plane, "b", "three.example")).toBe(200);
      expect((await plane.send("/agents/a/openai", chat())).status).toBe(200);
    }
    using plane = open();
    expect([await status(plane, "a", "four.example"), await status(plane, "b", "four.example")]).toEqual([
      429, 200,
    ]);
    expect(plane.sent).toHaveLength(1);
  });

  test("holds however many calls come at once", async () => {
    using plane = openDataPlane({ config: "agents: { bot: { rate_limit: 10/hour } }", upstream });
    const answers = await plane.drive(
      Promise.all(Array.from({ length: 100 }, () => plane.send("/agents/bot/openai", chat()))),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(10);
    expect(plane.sent).toHaveLength(10);
  });
});

describe("models", () => {
  const config = 'agents: { bot: { models: { allow: ["gpt-*"], deny: ["*-mini"] } } }';
  for (const [model, status] of [
    ["gpt-4o", 200],
    ["GPT-4o", 200],
    ["openai/gpt-4o", 200],
    ["gpt-4o-mini", 403],
    ["openai/gpt-4o-mini", 403],
    ["o3", 403],
  ] as const) {
    test(`${model} is answered ${status}`, async () => {
      using plane = openDataPlane({ config, upstream });
      const answer = await plane.send("/agents/bot/openai", chat(model));
      expect(answer.status).toBe(status);
      if (status === 403) expect(answer.headers.get("x-tollgate-blocked")).toBe("model_not_allowed");
      expect(plane.sent).toHaveLength(status === 200 ? 1 : 0);
    });
  }

  test("do not concern other agents, nor what generates nothing", async () => {
    using plane = openDataPlane({ config, upstream });
    expect((await plane.send("/agents/other/openai", chat())).status).toBe(200);
    expect((await plane.send("/agents/bot/openai/v1/models")).status).toBe(200);
  });
});

describe("allowed hours", () => {
  const config = "gateway: { timezone: UTC }\nagents: { night: { allowed_hours: { start: 22, end: 6 } } }";
  for (const [hour, allowed] of [
    [21, false],
    [22, true],
    [5, true],
    [6, false],
  ] as const) {
    test(`of 22 to 6 ${allowed ? "let" : "do not let"} a call at ${hour} pass`, async () => {
      using plane = openDataPlane({ config, upstream, start: Date.UTC(2026, 0, 15, hour) });
      await plane.send("/agents/night/openai", chat());
      expect(plane.sent).toHaveLength(allowed ? 1 : 0);
      expect((await plane.send("/agents/other/openai", chat())).status).toBe(200);
    });
  }
});

describe("a call outside of allowed hours", () => {
  const config = `
gateway: { timezone: UTC }
agents:
  night: { allowed_hours: { start: 22, end: 6 } }
  strict: { allowed_hours: { start: 22, end: 6 }, blocked_response: error }
`;
  const body = (more: object = {}): string => JSON.stringify({ model: "m", messages: [], ...more });
  const say = "[Tollgate] Request blocked: outside_allowed_hours";

  test("is answered as the provider would answer, in the caller's dialect, with or without a stream", async () => {
    using plane = openDataPlane({ config, upstream });
    const post = (path: string, text: string) => plane.send(path, { method: "POST", body: text });
    const chatAnswer = await post("/agents/night/openai", body());
    expect(chatAnswer.status).toBe(200);
    expect(chatAnswer.headers.get("x-tollgate-blocked")).toBe("outside_allowed_hours");
    expect(await chatAnswer.json()).toMatchObject({
      id: expect.stringMatching(/^blocked-/),
      choices: [{ message: { content: say }, finish_reason: "stop" }],
    });
    const message = await post("/agents/night/anthropic", body({ max_tokens: 9 }));
    expect(await message.json()).toMatchObject({ type: "message", content: [{ type: "text", text: say }] });
    const stream = await post("/agents/night/openai", body({ stream: true }));
    expect(stream.headers.get("content-type")).toContain("text/event-stream");
    expect(await stream.text()).toContain("data: [DONE]");
    expect(plane.sent).toEqual([]);
    expect(plane.lines.filter(({ type }) => type === "blocked")).toMatchObject([{ status: 200 }, {}, {}]);
  });

  test("is an error where the agent, the call or the answer's form asks for one", async () => {
    using plane = openDataPlane({ config, upstream });
    const status = async (
      path: string,
      text: string,
      headers: Record<string, string> = {},
    ): Promise<number> => (await plane.send(path, { method: "POST", body: text, headers })).status;
    expect(await status("/agents/strict/openai", body())).toBe(403);
    expect(await status("/agents/night/openai", body(), { "x-tollgate-on-block": "error" })).toBe(403);
    expect(await status("/agents/night/openai", body({ response_format: { type: "json_object" } }))).toBe(
      403,
    );
    expect(await status("/agents/night/openai/v1/embeddings", body({ input: "x" }))).toBe(403);
  });
});

test("a provider that is switched off refuses its calls, and no other's", async () => {
  using plane = openDataPlane({ config: "providers: { openai: { enabled: false } }", upstream });
  const refused = await plane.send("/agents/a/openai", chat());
  expect([refused.status, refused.headers.get("x-tollgate-blocked")]).toEqual([403, "provider_deactivated"]);
  expect((await plane.send("/agents/a/mistral", chat())).status).toBe(200);
});
