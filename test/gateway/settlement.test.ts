/** What a call is charged, whatever its answer says and however it ends. */

import { describe, expect, test } from "bun:test";
import { createCall } from "../../server/gateway/call.ts";
import { createCrossing } from "../../server/gateway/crossing.ts";
import { NOTHING_EARLIER } from "../../server/gateway/earlier.ts";
import type { Plan } from "../../server/gateway/plan.ts";
import { settle } from "../../server/gateway/settle.ts";
import type { AnswerReading } from "../../server/protocols/protocol.ts";
import { createProviders } from "../../server/providers/index.ts";
import { type DataPlane, json, manualStream, openDataPlane } from "../support/data-plane.ts";

const OPENAI = "/openai/v1/chat/completions";
const ANTHROPIC = "/anthropic/v1/messages";
const GEMINI = "/google/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse";
const CHAT = JSON.stringify({ model: "gpt-4o-mini", messages: [{ role: "user", content: "hi" }] });
const CHAT_STREAM = CHAT.replace("{", '{"stream":true,');
const MESSAGE = JSON.stringify({ model: "claude-sonnet-4-5", max_tokens: 9, stream: true, messages: [] });
const choice = (content: string) => [{ index: 0, message: { content }, finish_reason: "stop" }];
const answerOf = (usage: object, content = "hello") => ({
  model: "gpt-4o-mini",
  choices: choice(content),
  usage,
});
const post = (body: string, init: RequestInit = {}): RequestInit => ({ method: "POST", body, ...init });
const event = (body: object): string => `data: ${JSON.stringify(body)}\n\n`;

const PLAN: Plan = {
  inputTokens: 30,
  hidesInput: false,
  price: { inputNano: 30, inputRate: 1, outputRate: 1 },
  choices: 1,
  ceiling: 100,
  asked: null,
  thinking: 0,
  slice: 100,
  hidesReasoning: false,
  surcharges: [],
  room: null,
  imposesCeiling: false,
  isUnkept: false,
};

const READING: AnswerReading = {
  usage: {
    inputTokens: 1,
    outputTokens: 1,
    cachedTokens: null,
    cacheWriteTokens: null,
    reasoningTokens: null,
  },
  passes: [],
  units: {},
  model: null,
  visibleBytes: 3,
  error: null,
  ended: true,
};

function broken(): never {
  throw new RangeError("secret");
}

/** One call whose answer is cut off by the client after these events. */
async function leaveAfter(path: string, body: string, events: string[]): Promise<DataPlane> {
  const upstream = manualStream();
  const plane = openDataPlane({ upstream: () => upstream.response });
  const reader = (await plane.send(path, post(body))).body?.getReader();
  for (const one of events) {
    upstream.push(one);
    await reader?.read();
  }
  await reader?.cancel();
  return plane;
}

describe("figures that cannot be", () => {
  test("are no report: the call is estimated and the journal stays readable", async () => {
    using plane = openDataPlane({
      upstream: () => json(answerOf({ prompt_tokens: 1e308, completion_tokens: 1e308 })),
    });
    for (let count = 0; count < 2; count++) await plane.send(OPENAI, post(CHAT));
    expect(plane.calls()).toMatchObject([{ usage: "estimated" }, { usage: "estimated" }]);
    const total = plane.fleet.agents.get("default")?.total;
    expect(total?.tokensIn).toBeLessThan(1000);
  });

  test("of a unit make the cost unknown, and end the call all the same", async () => {
    for (const searches of [1e308, 1e300, 1e12]) {
      const usage = {
        input_tokens: 5,
        output_tokens: 1,
        server_tool_use: { web_search_requests: searches },
      };
      using plane = openDataPlane({
        upstream: () => json({ type: "message", model: "claude-sonnet-4-5", content: [], usage }),
      });
      expect((await plane.send(ANTHROPIC, post(MESSAGE))).status).toBe(200);
      expect(plane.calls()).toMatchObject([{ tokens_in: 5, cost: null, cost_nano: null }]);
      expect(plane.store.holds.size).toBe(0);
      expect(plane.fleet.agents.get("default")).toMatchObject({ inFlight: 0, hour: { unpriced: 1 } });
    }
  });

  test("of turns beyond number make the cost unknown", async () => {
    const iterations = Array.from({ length: 300 }, () => ({
      type: "compaction",
      input_tokens: 1,
      output_tokens: 1,
    }));
    const usage = { input_tokens: 5, output_tokens: 1, iterations };
    using plane = openDataPlane({
      upstream: () => json({ type: "message", model: "claude-sonnet-4-5", content: [], usage }),
    });
    await plane.send(ANTHROPIC, post(MESSAGE));
    expect(plane.calls()).toMatchObject([{ tokens_in: 5, cost_nano: null }]);
  });

  test("and a model's name of any length do not reach the journal", async () => {
    using plane = openDataPlane({ upstream: () => json({ ...answerOf({}), model: "m".repeat(10_000) }) });
    await plane.send(OPENAI, post(CHAT));
    expect(plane.calls()).toMatchObject([{ model: "gpt-4o-mini" }]);
  });

  test("a defect in a price leaves the cost unknown, tells the operator, and the call ends", () => {
    using plane = openDataPlane({ upstream: () => json({}) });
    const provider = createProviders({}).find("openai");
    if (!provider) throw new Error("openai is not known");
    const line = { method: "POST", rest: "v1/chat/completions", query: "", headers: new Headers() };
    const agent = plane.fleet.meet("bot", 0);
    plane.fleet.began(agent, 0);
    const call = createCall(
      {
        id: "c1",
        started: 0,
        method: "POST",
        identity: { name: "bot", owner: null, purpose: null, tags: [] } as never,
        owner: null,
        purpose: null,
        tags: [],
        protocol: "openai-chat",
        provider,
        located: provider.locate(line),
        path: "/v1/chat/completions",
        prices: {
          cost: broken,
          foresee: broken,
          contextWindow: () => null,
        },
        requestedModel: "gpt-4o-mini",
        model: "gpt-4o-mini",
        stream: false,
        isBackground: false,
        isStranger: false,
        run: null,
        trust: null,
        plan: PLAN,
      },
      {
        admitted: 0,
        hold: null,
        clamped: null,
        earlier: NOTHING_EARLIER,
        crossing: createCrossing([]),
        releaseSlot() {},
      },
      agent,
      { owner: null, run: null },
      0,
    );
    const context = {
      giveBack: () => undefined,
      now: () => 0,
      store: plane.store,
      fleet: plane.fleet,
      log: (text: string) => logs.push(text),
    };
    const logs: string[] = [];
    const outcome = { ending: "complete", status: 200, error: null, reading: READING, sent: true } as const;
    expect(settle(call, outcome, context)).toMatchObject({ costNano: null });
    expect(settle(call, outcome, context)).toBeNull();
    expect(plane.calls()).toMatchObject([{ request_id: "c1", cost_nano: null }]);
    expect(agent.inFlight).toBe(0);
    expect(logs).toEqual(["the cost of call c1 could not be worked out: RangeError"]);
  });
});

describe("an answer that was cut off before its output was reported", () => {
  test("of Anthropic is charged its reported input and the text that was seen", async () => {
    const usage = { input_tokens: 700, cache_read_input_tokens: 300, output_tokens: 1 };
    using plane = await leaveAfter(ANTHROPIC, MESSAGE, [
      event({ type: "message_start", message: { model: "claude-sonnet-4-5", usage } }),
      event({ type: "content_block_delta", delta: { type: "text_delta", text: "x".repeat(15_000) } }),
    ]);
    expect(plane.calls()).toMatchObject([
      { ending: "gone", usage: "estimated", tokens_in: 1000, tokens_cached: 300, tokens_out: 5000 },
    ]);
  });

  test("of Gemini is charged the text that was seen where no candidates were counted", async () => {
    using plane = await leaveAfter(GEMINI, "{}", [
      event({
        candidates: [{ content: { parts: [{ text: "x".repeat(3000) }] } }],
        usageMetadata: { promptTokenCount: 50, totalTokenCount: 50 },
      }),
    ]);
    expect(plane.calls()).toMatchObject([{ usage: "estimated", tokens_in: 50, tokens_out: 1000 }]);
  });

  test("keeps a reported output that is larger than what was seen", async () => {
    using plane = await leaveAfter(GEMINI, "{}", [
      event({
        candidates: [{ content: { parts: [{ text: "xxx" }] } }],
        usageMetadata: { promptTokenCount: 50, candidatesTokenCount: 1, thoughtsTokenCount: 400 },
      }),
    ]);
    expect(plane.calls()).toMatchObject([{ usage: "estimated", tokens_out: 401, tokens_reasoning: 400 }]);
  });

  test("came whole, and its text is charged", async () => {
    using plane = openDataPlane({
      upstream: () => json(answerOf({ prompt_tokens: 40 }, "x".repeat(300))),
    });
    await plane.send(OPENAI, post(CHAT));
    expect(plane.calls()).toMatchObject([{ usage: "estimated", tokens_in: 40, tokens_out: 100 }]);
  });

  test("was over after all where nothing could be seen: what was reported counts", async () => {
    const body = { promptFeedback: { blockReason: "SAFETY" }, usageMetadata: { promptTokenCount: 50 } };
    using plane = openDataPlane({ upstream: () => json(body) });
    await plane.send("/google/v1beta/models/gemini-2.5-flash:generateContent", post("{}"));
    expect(plane.calls()).toMatchObject([{ usage: "reported", tokens_in: 50 }]);
    expect(plane.calls()[0]?.tokens_out).toBeUndefined();
  });
});

describe("a call that generated nothing costs nothing", () => {
  const free = { cost_nano: 0 };

  test("when the upstream redirects, has no content or nothing new", async () => {
    for (const status of [204, 304, 307, 302]) {
      for (const body of [CHAT, CHAT_STREAM]) {
        const text = status === 307 || status === 302 ? "moved" : null;
        using plane = openDataPlane({
          upstream: () => new Response(text, { status, headers: { location: "/x" } }),
        });
        const answer = await plane.send(OPENAI, post(body));
        expect(await answer.text()).toBe(text ?? "");
        expect(answer.headers.get("x-tollgate-cost")).toBe("0");
        expect(plane.calls()).toMatchObject([{ ...free, status, ending: "complete" }]);
        expect(plane.calls()[0]?.usage).toBeUndefined();
      }
    }
  });

  test("when a 200 holds an error in place of an answer", async () => {
    for (const body of [
      { base_resp: { status_code: 1008, status_msg: "no" }, choices: null },
      { error: { code: 502, message: "no" }, user_id: "u" },
    ]) {
      using plane = openDataPlane({ upstream: () => json(body) });
      await plane.send(OPENAI, post(CHAT));
      expect(plane.calls()).toMatchObject([{ ...free, status: 200, error: expect.anything() }]);
    }
  });

  test("when a stream begins with an error; one that breaks off after text is charged", async () => {
    for (const [before, cost] of [
      ["", 0],
      [event({ choices: [{ index: 0, delta: { content: "x".repeat(3_000) } }] }), expect.any(Number)],
    ] as const) {
      const text = before + event({ error: { code: "overloaded", message: "no" } });
      using plane = openDataPlane({
        upstream: () => new Response(text, { headers: { "content-type": "text/event-stream" } }),
      });
      await (await plane.send(OPENAI, post(CHAT_STREAM))).text();
      expect(plane.calls()).toMatchObject([{ error: "overloaded", cost_nano: cost }]);
      expect(plane.calls()[0]?.tokens_out).toBe(before === "" ? undefined : 1000);
    }
  });

  test("when an error's text breaks off: the client is told that error in its dialect", async () => {
    const upstream = manualStream("application/json");
    const headers = { "retry-after": "7", "content-encoding": "gzip" };
    using plane = openDataPlane({
      upstream: () => new Response(upstream.response.body, { status: 429, headers }),
    });
    const pending = plane.send(OPENAI, post(CHAT));
    upstream.push('{"error":{"mess');
    upstream.break();
    const answer = await pending;
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([429, "7"]);
    expect(answer.headers.has("content-encoding")).toBe(false);
    expect(await answer.json()).toMatchObject({ error: { code: "upstream_broken" } });
    expect(plane.calls()).toMatchObject([{ ...free, status: 429, ending: "failed", error: "ECONNRESET" }]);
  });

  test("when the client leaves while an error's text is read", async () => {
    const client = new AbortController();
    const upstream = manualStream("application/json");
    using plane = openDataPlane({
      upstream: ({ signal }) => {
        signal.addEventListener("abort", () => upstream.break("ABORT_ERR"));
        queueMicrotask(() => client.abort());
        return new Response(upstream.response.body, { status: 429 });
      },
    });
    await plane.send(OPENAI, post(CHAT, { signal: client.signal }));
    expect(plane.calls()).toMatchObject([{ ...free, ending: "gone" }]);
    expect(plane.calls()[0]?.status).toBeUndefined();
  });

  test("but a 200 that breaks off is charged for what it may have cost", async () => {
    const upstream = manualStream("application/json");
    using plane = openDataPlane({ upstream: () => upstream.response });
    const pending = plane.send(OPENAI, post(CHAT));
    upstream.break();
    expect((await pending).status).toBe(502);
    expect(plane.calls()).toMatchObject([{ status: 502, usage: "estimated" }]);
    expect(plane.calls()[0]?.cost_nano).toBeGreaterThan(0);
  });
});
