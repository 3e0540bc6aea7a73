import { describe, expect, test } from "bun:test";
import { json, manualStream, openDataPlane } from "../support/data-plane.ts";

const CHAT = JSON.stringify({ model: "gpt-4o-mini", messages: [{ role: "user", content: "hi" }] });
const CHAT_STREAM = JSON.stringify({
  model: "gpt-4o-mini",
  stream: true,
  messages: [{ role: "user", content: "hi" }],
});
const ANSWER = {
  id: "chatcmpl-1",
  model: "gpt-4o-mini-2024-07-18",
  choices: [{ index: 0, message: { role: "assistant", content: "hello" }, finish_reason: "stop" }],
  usage: { prompt_tokens: 1000, completion_tokens: 500, total_tokens: 1500 },
};
const USAGE = '{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11}';

function delta(text: string, finish: string | null = null): string {
  const choice = { index: 0, delta: { content: text }, finish_reason: finish };
  return `data: ${JSON.stringify({ id: "c", model: "gpt-4o-mini", choices: [choice] })}\n\n`;
}

const post = (body: string, headers: Record<string, string> = {}): RequestInit => ({
  method: "POST",
  body,
  headers,
});

/** Lets what is already due happen. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("a call that is answered whole", () => {
  test("passes byte for byte, is metered, priced, journaled once and charged to its agent", async () => {
    const text = `  ${JSON.stringify(ANSWER)}\n`;
    using plane = openDataPlane({
      upstream: () =>
        new Response(text, { status: 200, headers: { "content-type": "application/json", "x-up": "1" } }),
    });
    const response = await plane.send(
      "/agents/bot/openai",
      post(CHAT, { "x-agent-identity": "name=bot; owner=team" }),
    );

    expect(await response.text()).toBe(text);
    expect(response.headers.get("x-up")).toBe("1");
    expect(response.headers.get("x-tollgate-agent")).toBe("bot");
    expect(response.headers.get("x-tollgate-cost")).toBe("0.00045");
    expect(plane.sent.map(({ url }) => url)).toEqual(["https://api.openai.com/v1/chat/completions"]);
    expect(plane.calls()).toMatchObject([
      {
        agent: "bot",
        owner: "team",
        provider: "openai",
        requested_model: "gpt-4o-mini",
        model: "gpt-4o-mini-2024-07-18",
        stream: false,
        status: 200,
        ending: "complete",
        tokens_in: 1000,
        tokens_out: 500,
        usage: "reported",
        cost: 0.00045,
        cost_nano: 450_000,
      },
    ]);
    expect(plane.fleet.agents.get("bot")).toMatchObject({
      inFlight: 0,
      hour: { calls: 1, errors: 0, costNano: 450_000 },
    });
    expect(plane.store.holds.size).toBe(0);
    expect(plane.gateway.inFlight).toBe(0);
  });

  test("has its line in the journal before the client has its answer", async () => {
    using plane = openDataPlane({ upstream: () => json(ANSWER) });
    await plane.send("/openai/v1/chat/completions", post(CHAT));
    expect(plane.calls()).toHaveLength(1);
  });

  test("costs null, not zero, when the model has no price", async () => {
    using plane = openDataPlane({ upstream: () => json({ ...ANSWER, model: "nobody-knows" }) });
    const body = CHAT.replace("gpt-4o-mini", "nobody-knows");
    const response = await plane.send("/openai/v1/chat/completions", post(body));
    expect(response.headers.has("x-tollgate-cost")).toBe(false);
    expect(plane.calls()).toMatchObject([{ tokens_in: 1000, cost: null, cost_nano: null }]);
    expect(plane.fleet.agents.get("default")?.hour).toMatchObject({ calls: 1, unpriced: 1, costNano: 0 });
  });

  test("is estimated, and marked so, when the provider reports no usage", async () => {
    using plane = openDataPlane({ upstream: () => json({ ...ANSWER, usage: undefined }) });
    await plane.send("/openai/v1/chat/completions", post(CHAT));
    const [call] = plane.calls();
    expect(call?.usage).toBe("estimated");
    expect(call?.tokens_in).toBeGreaterThan(0);
  });

  test("an upstream's error passes as it is, costs nothing and counts as an error", async () => {
    const error = { error: { message: "no", type: "insufficient_quota", code: "insufficient_quota" } };
    using plane = openDataPlane({
      upstream: () => json(error, { status: 429, headers: { "retry-after": "7" } }),
    });
    const response = await plane.send("/openai/v1/chat/completions", post(CHAT));
    expect(response.status).toBe(429);
    expect(response.headers.get("retry-after")).toBe("7");
    expect(await response.json()).toEqual(error);
    expect(plane.calls()).toMatchObject([
      { status: 429, ending: "complete", error: "insufficient_quota", cost_nano: 0 },
    ]);
    expect(plane.fleet.agents.get("default")?.hour).toMatchObject({ calls: 1, errors: 1 });
  });

  test("that cannot reach its provider is told 502, costs nothing, and never names the URL", async () => {
    using plane = openDataPlane({
      upstream: () => {
        throw Object.assign(new Error("refused"), {
          code: "ConnectionRefused",
          path: "https://x/?key=secret",
        });
      },
    });
    const response = await plane.send(
      "/google/v1beta/models/gemini-2.5-flash:generateContent?key=secret",
      post("{}"),
    );
    expect(response.status).toBe(502);
    const text = await response.text();
    expect(text).not.toContain("secret");
    expect(JSON.parse(text)).toMatchObject({ error: { code: 502 } });
    expect(plane.calls()).toMatchObject([
      { status: 502, ending: "failed", error: "ConnectionRefused", cost_nano: 0 },
    ]);
    expect(JSON.stringify([plane.lines, plane.logs])).not.toContain("secret");
  });

  test("that waits longer than answer_timeout for its headers is told 504 and charged for its input", async () => {
    using plane = openDataPlane({
      config: "gateway: { answer_timeout: 10s }",
      upstream: ({ signal }) =>
        new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
    });
    const pending = plane.send("/openai/v1/chat/completions", post(CHAT));
    while (plane.sent.length === 0) await Promise.resolve();
    plane.advance(9_999);
    plane.tick();
    expect(plane.calls()).toEqual([]);
    plane.advance(1);
    plane.tick();
    expect((await pending).status).toBe(504);
    expect(plane.calls()).toMatchObject([
      { status: 504, ending: "failed", error: "upstream_timeout", usage: "estimated" },
    ]);
  });

  test("a client that leaves before the answer aborts the upstream and is journaled as gone", async () => {
    const client = new AbortController();
    using plane = openDataPlane({
      upstream: ({ signal }) => {
        const left = new Promise<Response>((_, reject) =>
          signal.addEventListener("abort", () => reject(signal.reason)),
        );
        client.abort();
        return left;
      },
    });
    await plane.send("/openai/v1/chat/completions", { ...post(CHAT), signal: client.signal });
    expect(plane.calls()).toMatchObject([{ ending: "gone" }]);
    expect(plane.fleet.agents.get("default")?.hour).toMatchObject({ errors: 0 });
  });
});

describe("a stream", () => {
  test("passes each event as it comes, and its last only after its line is journaled", async () => {
    const upstream = manualStream();
    using plane = openDataPlane({ upstream: () => upstream.response });
    const response = await plane.send("/openai/v1/chat/completions", post(CHAT_STREAM));
    const reader = response.body?.getReader();
    const decoder = new TextDecoder();
    const next = async (): Promise<string> => decoder.decode((await reader?.read())?.value);

    upstream.push(delta("he"));
    expect(await next()).toBe(delta("he"));
    upstream.push(delta("llo"));
    expect(await next()).toBe(delta("llo"));
    expect(plane.calls()).toEqual([]);
    upstream.push(delta("", "stop"));
    upstream.push(`data: {"choices":[],"usage":${USAGE}}\n\n`);
    upstream.push("data: [DONE]\n\n");
    upstream.end();
    let rest = "";
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
      rest += decoder.decode(part.value);
      if (rest.includes("[DONE]")) expect(plane.calls()).toHaveLength(1);
    }
    expect(rest).toBe(`${delta("", "stop")}data: [DONE]\n\n`);
    expect(plane.calls()).toMatchObject([
      { stream: true, ending: "complete", tokens_in: 9, tokens_out: 2, usage: "reported" },
    ]);
  });

  test("is asked for its usage, and the answer to that is hidden only from a client that did not ask", async () => {
    const usage = `data: {"choices":[],"usage":${USAGE}}\n\n`;
    const whole = `${delta("x", "stop") + usage}data: [DONE]\n\n`;
    const upstream = () => new Response(whole, { headers: { "content-type": "text/event-stream" } });
    using plane = openDataPlane({ upstream });

    const hidden = await plane.send("/openai/v1/chat/completions", post(CHAT_STREAM));
    expect(await hidden.text()).toBe(whole.replace(usage, ""));
    const asked = CHAT_STREAM.replace(
      '"stream":true',
      '"stream":true,"stream_options":{"include_usage":true}',
    );
    const shown = await plane.send("/openai/v1/chat/completions", post(asked));
    expect(await shown.text()).toBe(whole);

    const bodies = plane.sent.map(({ body }) => JSON.parse(new TextDecoder().decode(body)));
    expect(bodies.map((body) => body.stream_options)).toEqual([
      { include_usage: true },
      { include_usage: true },
    ]);
    expect(new TextDecoder().decode(plane.sent[1]?.body)).toBe(asked);
    expect(plane.calls()).toMatchObject([{ tokens_in: 9 }, { tokens_in: 9 }]);
  });

  test("that breaks ends with the dialect's error event and is journaled as failed, with the status it was sent with", async () => {
    const upstream = manualStream();
    using plane = openDataPlane({ upstream: () => upstream.response });
    const response = await plane.send("/openai/v1/chat/completions", post(CHAT_STREAM));
    upstream.push(delta("half"));
    const reader = response.body?.getReader();
    await reader?.read();
    upstream.break();
    let rest = "";
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
      rest += new TextDecoder().decode(part.value);
    }
    expect(JSON.parse(rest.replace(/^data: /, ""))).toMatchObject({ error: { code: "upstream_broken" } });
    expect(plane.calls()).toMatchObject([
      { status: 200, ending: "failed", error: "ECONNRESET", usage: "estimated" },
    ]);
    expect(plane.fleet.agents.get("default")?.hour).toMatchObject({ calls: 1, errors: 1 });
  });

  test("that closes without its final event is failed, too", async () => {
    using plane = openDataPlane({
      upstream: () => new Response(delta("half"), { headers: { "content-type": "text/event-stream" } }),
    });
    const response = await plane.send("/openai/v1/chat/completions", post(CHAT_STREAM));
    const text = await response.text();
    expect(text.startsWith(delta("half"))).toBe(true);
    expect(text).toContain("upstream_broken");
    expect(plane.calls()).toMatchObject([{ ending: "failed", error: "no_final_event" }]);
  });

  test("that goes silent past idle_timeout is ended with an error event", async () => {
    const upstream = manualStream();
    using plane = openDataPlane({
      config: "gateway: { idle_timeout: 60s }",
      upstream: ({ signal }) => {
        signal.addEventListener("abort", () => upstream.break("AbortError"));
        return upstream.response;
      },
    });
    const response = await plane.send("/openai/v1/chat/completions", post(CHAT_STREAM));
    const reader = response.body?.getReader();
    upstream.push(delta("a"));
    await reader?.read();
    const silent = reader?.read();
    await turn();
    plane.advance(59_999);
    plane.tick();
    expect(plane.calls()).toEqual([]);
    plane.advance(1);
    plane.tick();
    const last = new TextDecoder().decode((await silent)?.value);
    expect(last).toContain("upstream_timeout");
    expect(plane.calls()).toMatchObject([{ ending: "failed", error: "upstream_timeout" }]);
  });

  test("whose client leaves is let go of at once, and journaled as gone with what was shown", async () => {
    const upstream = manualStream();
    using plane = openDataPlane({ upstream: () => upstream.response });
    const response = await plane.send("/openai/v1/chat/completions", post(CHAT_STREAM));
    const reader = response.body?.getReader();
    upstream.push(delta("some text that was shown"));
    await reader?.read();
    await reader?.cancel();
    await upstream.cancelled;
    expect(plane.sent[0]?.signal.aborted).toBe(true);
    expect(plane.calls()).toMatchObject([{ ending: "gone", usage: "estimated" }]);
    expect(plane.calls()[0]?.tokens_out).toBeGreaterThan(0);
    expect(plane.gateway.inFlight).toBe(0);
  });

  test("whose client stops reading is cut after idle_timeout", async () => {
    const upstream = manualStream();
    using plane = openDataPlane({
      config: "gateway: { idle_timeout: 60s }",
      upstream: () => upstream.response,
    });
    const response = await plane.send("/openai/v1/chat/completions", post(CHAT_STREAM));
    const reader = response.body?.getReader();
    upstream.push(delta("a"));
    await reader?.read();
    plane.advance(60_000);
    plane.tick();
    await upstream.cancelled;
    expect(plane.calls()).toMatchObject([{ ending: "cut", error: "client_stalled" }]);
  });

  test("compressed by its upstream passes compressed, and is metered all the same", async () => {
    const whole = `${delta("x", "stop")}data: {"choices":[],"usage":${USAGE}}\n\ndata: [DONE]\n\n`;
    const bytes = Bun.gzipSync(whole);
    using plane = openDataPlane({
      upstream: () =>
        new Response(bytes, { headers: { "content-type": "text/event-stream", "content-encoding": "gzip" } }),
    });
    const response = await plane.send("/openai/v1/chat/completions", post(CHAT_STREAM));
    expect(response.headers.get("content-encoding")).toBe("gzip");
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(bytes);
    expect(plane.calls()).toMatchObject([{ tokens_in: 9, tokens_out: 2, usage: "reported" }]);
  });
});

describe("keys", () => {
  const config = `
providers: { openai: { api_key: sk-fleet } }
agents: { rich: { provider: openai, api_key: sk-rich } }
`;
  const upstream = () => json(ANSWER);
  const authorization = async (path: string, headers: Record<string, string>): Promise<string | null> => {
    using plane = openDataPlane({ config, upstream });
    await plane.send(path, post(CHAT, headers));
    return plane.sent[0]?.headers.get("authorization") ?? null;
  };

  test("under a named provider the agent's wins over the stored one, and both over the client's", async () => {
    expect(await authorization("/agents/rich/openai", { authorization: "Bearer sk-own" })).toBe(
      "Bearer sk-rich",
    );
    expect(await authorization("/agents/poor/openai", { authorization: "Bearer sk-own" })).toBe(
      "Bearer sk-fleet",
    );
    expect(await authorization("/openai/v1/chat/completions", { "x-agent-id": "rich" })).toBe(
      "Bearer sk-rich",
    );
  });

  test("on a plain route the client's own wins, a placeholder is none", async () => {
    expect(await authorization("/v1/chat/completions", { authorization: "Bearer sk-own" })).toBe(
      "Bearer sk-own",
    );
    expect(await authorization("/v1/chat/completions", { authorization: "Bearer dummy" })).toBe(
      "Bearer sk-fleet",
    );
    expect(await authorization("/v1/chat/completions", { "x-agent-id": "rich" })).toBe("Bearer sk-rich");
  });

  test("an agent's key for one provider never goes to another", async () => {
    using plane = openDataPlane({ config, upstream });
    await plane.send("/agents/rich/anthropic", post(CHAT));
    expect(JSON.stringify([...(plane.sent[0]?.headers ?? [])])).not.toContain("sk-rich");
  });

  test("a stranger's x-target-url gets the client's own key and never a stored one", async () => {
    using plane = openDataPlane({ config, upstream, resolve: async () => ["93.184.215.14"] });
    const to = { "x-target-url": "https://llm.example", "x-agent-id": "rich" };
    await plane.send("/v1/chat/completions", post(CHAT, { ...to, authorization: "Bearer mine" }));
    await plane.send("/v1/chat/completions", post(CHAT, to));
    expect(
      plane.sent.map(({ url, headers }) => [url, headers.get("host"), headers.get("authorization")]),
    ).toEqual([
      ["https://93.184.215.14/v1/chat/completions", "llm.example", "Bearer mine"],
      ["https://93.184.215.14/v1/chat/completions", "llm.example", null],
    ]);
    expect(plane.calls()).toMatchObject([{ provider: "llm.example" }, { provider: "llm.example" }]);
  });

  test("with a provider in the path x-target-url is ignored", async () => {
    using plane = openDataPlane({ config, upstream });
    await plane.send("/openai/v1/chat/completions", post(CHAT, { "x-target-url": "http://169.254.169.254" }));
    expect(plane.sent[0]?.url).toBe("https://api.openai.com/v1/chat/completions");
  });
});

describe("a request that is not let through", () => {
  const refusals: [string, string, RequestInit, number, string][] = [
    ["bad JSON", "/openai/v1/chat/completions", post("{"), 400, "invalid_json"],
    ["JSON that is no object", "/anthropic/v1/messages", post("[]"), 400, "invalid_json"],
    [
      "a member twice",
      "/openai/v1/chat/completions",
      post('{"model":"a","model":"b"}'),
      400,
      "invalid_request",
    ],
    ["an empty body", "/openai/v1/chat/completions", { method: "POST" }, 400, "invalid_json"],
    [
      "a bad identity",
      "/openai/v1/chat/completions",
      post(CHAT, { "x-agent-identity": "x" }),
      400,
      "invalid_agent_identity",
    ],
    ["a bad agent name", "/agents/a%20b/openai", post(CHAT), 400, "invalid_agent_name"],
    ["an unknown provider", "/agents/a/nobody", post(CHAT), 404, "unknown_provider"],
    ["an unknown path", "/nowhere", post(CHAT), 404, "unknown_path"],
    ["a large body", "/openai/v1/chat/completions", post(`"${"x".repeat(2000)}"`), 413, "body_too_large"],
    [
      "large headers",
      "/openai/v1/models",
      { headers: { "x-big": "x".repeat(49 * 1024) } },
      431,
      "headers_too_large",
    ],
    [
      "a forbidden target",
      "/v1/chat/completions",
      post(CHAT, { "x-target-url": "http://10.0.0.1" }),
      403,
      "target_forbidden",
    ],
  ];
  for (const [what, path, init, status, reason] of refusals) {
    test(`${what} is told ${status} ${reason}, reaches nobody, costs nothing and is written down`, async () => {
      using plane = openDataPlane({ config: "gateway: { max_body: 1KiB }", upstream: () => json(ANSWER) });
      const response = await plane.send(path, init);
      expect(response.status).toBe(status);
      expect(response.headers.get("x-tollgate-blocked")).toBe(reason);
      expect(response.headers.get("x-should-retry")).toBe("false");
      expect(await response.json()).toBeObject();
      expect(plane.sent).toEqual([]);
      expect(plane.calls()).toEqual([]);
      expect(plane.lines.filter((line) => line.type === "blocked")).toMatchObject([{ reason, status }]);
      expect(plane.fleet.agents.size).toBe(0);
    });
  }

  test("is told in the dialect of the API it used", async () => {
    using plane = openDataPlane({ upstream: () => json(ANSWER) });
    const bodyOf = async (path: string): Promise<unknown> => (await plane.send(path, post("{"))).json();
    expect(await bodyOf("/openai/v1/chat/completions")).toMatchObject({
      error: { code: "invalid_json", param: null },
    });
    expect(await bodyOf("/anthropic/v1/messages")).toMatchObject({
      type: "error",
      error: { type: "invalid_request_error" },
    });
    expect(await bodyOf("/google/v1beta/models/gemini-2.5-pro:generateContent")).toMatchObject({
      error: { code: 400, status: "INVALID_ARGUMENT" },
    });
    expect(await bodyOf("/cohere/v2/chat")).toMatchObject({ message: expect.any(String) });
  });

  test("in known mode is every agent that the operator did not name", async () => {
    const config = "identity: { mode: known }\nagents: { friend: {} }";
    using plane = openDataPlane({ config, upstream: () => json(ANSWER) });
    expect((await plane.send("/agents/friend/openai", post(CHAT))).status).toBe(200);
    const refused = await plane.send("/agents/stranger/openai", post(CHAT));
    expect([refused.status, refused.headers.get("x-tollgate-blocked")]).toEqual([403, "unknown_agent"]);
  });

  test("is an invented name beyond max_agents; known ones go on", async () => {
    using plane = openDataPlane({ config: "gateway: { max_agents: 1 }", upstream: () => json(ANSWER) });
    expect((await plane.send("/agents/first/openai", post(CHAT))).status).toBe(200);
    expect((await plane.send("/agents/second/openai", post(CHAT))).status).toBe(403);
    expect((await plane.send("/agents/first/openai", post(CHAT))).status).toBe(200);
    expect([...plane.fleet.agents.keys()]).toEqual(["first"]);
  });
});

describe("an agent's labels", () => {
  test("are the configured ones, however a call declares itself; the call keeps what it declared", async () => {
    const config = "agents: { bot: { owner: team-ml, purpose: production } }";
    using plane = openDataPlane({ config, upstream: () => json(ANSWER) });
    await plane.send("/openai", post(CHAT, { "x-agent-identity": "name=bot; owner=evil; purpose=ci" }));
    expect(plane.fleet.agents.get("bot")).toMatchObject({ owner: "team-ml", purpose: "production" });
    expect(plane.calls()).toMatchObject([{ owner: "evil", purpose: "ci" }]);
  });

  test("are not forgotten by a call that declares none", async () => {
    using plane = openDataPlane({ upstream: () => json(ANSWER) });
    await plane.send("/openai", post(CHAT, { "x-agent-identity": "name=bot; owner=team" }));
    await plane.send("/openai", post(CHAT, { "x-agent-id": "bot" }));
    expect(plane.fleet.agents.get("bot")).toMatchObject({ owner: "team" });
  });
});

test("refusals of callers that are no agents are counted, too", async () => {
  using plane = openDataPlane({ upstream: () => json(ANSWER) });
  await plane.send("/nowhere", post(CHAT));
  await plane.send("/agents/new/openai", post("{"));
  expect(plane.fleet.strangers.hour.blocked).toBe(2);
  expect(plane.fleet.agents.size).toBe(0);
});

describe("stopping", () => {
  test("refuses new calls, lets the ones in flight finish, and cuts what is left after the grace", async () => {
    const first = manualStream();
    const second = manualStream();
    const streams = [first, second];
    using plane = openDataPlane({
      upstream: ({ signal }) => {
        const stream = streams.shift() ?? manualStream();
        signal.addEventListener("abort", () => stream.break("AbortError"));
        return stream.response;
      },
    });
    const one = await plane.send("/openai/v1/chat/completions", post(CHAT_STREAM));
    const two = await plane.send("/openai/v1/chat/completions", post(CHAT_STREAM));
    let endGrace = (): void => undefined;
    const drained = plane.gateway.drain(
      new Promise((resolve) => {
        endGrace = resolve;
      }),
    );
    const late = await plane.send("/openai/v1/chat/completions", post(CHAT_STREAM));
    expect(late.status).toBe(503);

    first.push(`${delta("x", "stop")}data: [DONE]\n\n`);
    first.end();
    expect(await one.text()).toContain("[DONE]");
    const rest = two.text();
    endGrace();
    expect(await rest).toContain("error");
    await drained;
    expect(plane.calls().map(({ ending }) => ending)).toEqual(["complete", "cut"]);
  });
});
