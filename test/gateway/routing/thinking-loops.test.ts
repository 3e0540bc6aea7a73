/** A thinking agent whose fallback called a tool goes on with its own provider, which cannot think until that is done. */
import { describe, expect, test } from "bun:test";
import { type DataPlane, openDataPlane, type SentRequest } from "../../support/data-plane.ts";
import { hostOf, PROVIDERS } from "./routing-support.ts";

const CONFIG = `${PROVIDERS}  deepseek: { api_key: sk-deep }
agents:
  bot: { provider: anthropic, model: claude-sonnet-4-5, fallback: [deepseek/deepseek-reasoner] }
  plain: { provider: anthropic, model: claude-sonnet-4-5, fallback: [openai/gpt-4o] }
`;
const CALLED = {
  id: "c1",
  object: "chat.completion",
  created: 1_760_000_000,
  model: "m",
  choices: [
    {
      index: 0,
      finish_reason: "tool_calls",
      message: {
        role: "assistant",
        content: null,
        tool_calls: [{ id: "call_1", type: "function", function: { name: "get", arguments: "{}" } }],
      },
    },
  ],
  usage: { prompt_tokens: 10, completion_tokens: 2, total_tokens: 12 },
};
const [CHOICE] = CALLED.choices;
/** The same, by one that shows what it thinks. */
const THOUGHT = {
  ...CALLED,
  choices: [{ ...CHOICE, message: { ...CHOICE?.message, reasoning_content: "Hm." } }],
};
const BUSY = Response.json(
  { type: "error", error: { type: "overloaded_error", message: "o" } },
  { status: 529 },
);

/** Anthropic is busy at first, and its own model calls a tool then; the fallback calls one too. */
function upstream(): (request: SentRequest) => Response {
  const state = { asked: 0 };
  return (request) => {
    const host = hostOf(request);
    if (host === "api.deepseek.com") return Response.json(THOUGHT);
    if (host === "api.openai.com") return Response.json(CALLED);
    state.asked++;
    if (state.asked === 1) return BUSY.clone() as Response;
    const content = [{ type: "tool_use", id: `toolu_${state.asked}`, name: "get", input: {} }];
    return Response.json({
      ...{ id: "m", type: "message", role: "assistant", model: "claude-sonnet-4-5", content },
      ...{ stop_reason: "tool_use", stop_sequence: null, usage: { input_tokens: 10, output_tokens: 2 } },
    });
  };
}

const sentText = (plane: DataPlane): string => new TextDecoder().decode(plane.sent.at(-1)?.body);

async function post(plane: DataPlane, path: string, body: string) {
  const response = await plane.send(path, {
    method: "POST",
    headers: { "content-type": "application/json", "anthropic-version": "2023-06-01" },
    body,
  });
  return { response, text: await response.text(), dropped: response.headers.get("x-tollgate-dropped") };
}

describe("an agent of chat", () => {
  const ask = (plane: DataPlane, messages: readonly unknown[]) =>
    post(
      plane,
      "/agents/bot/auto/v1/chat/completions",
      JSON.stringify({
        ...{ model: "m", reasoning_effort: "low", max_tokens: 4_000, messages },
        tools: [{ type: "function", function: { name: "get" } }],
      }),
    );
  const said = (text: string): Record<string, unknown> => JSON.parse(text).choices[0].message;
  const result = (id: string) => ({ role: "tool", tool_call_id: id, content: "ok" });

  test("is served without thinking until the calls are done, is told so, and thinks again then", async () => {
    using plane = openDataPlane({ config: CONFIG, upstream: upstream() });
    const hi = { role: "user", content: "Hi" };
    const first = await ask(plane, [hi]);
    expect(first.response.status).toBe(200);
    expect(first.dropped).toBeNull();

    const history = [hi, said(first.text), result("call_1")];
    const second = await ask(plane, history);
    expect(second.response.status).toBe(200);
    expect(second.dropped).toBe("reasoning_effort");
    expect(JSON.parse(sentText(plane))).not.toHaveProperty("thinking");

    const longer = [...history, said(second.text), result("toolu_2")];
    const third = await ask(plane, longer);
    expect([third.response.status, third.dropped]).toEqual([200, "reasoning_effort"]);

    const fourth = await ask(plane, [...longer, { role: "assistant", content: "So." }, hi]);
    expect([fourth.response.status, fourth.dropped]).toEqual([200, null]);
    expect(JSON.parse(sentText(plane)).thinking).toEqual({ type: "enabled", budget_tokens: 1_024 });
  });

  test("that has lost its model's own thinking is refused as ever", async () => {
    using plane = openDataPlane({ config: CONFIG, upstream: upstream() });
    const call = { id: "toolu_1", type: "function", function: { name: "get", arguments: "{}" } };
    const lost = await ask(plane, [
      { role: "user", content: "Hi" },
      { role: "assistant", content: null, tool_calls: [call] },
      result("toolu_1"),
    ]);
    expect(lost.response.status).toBe(400);
    expect(lost.text).toContain("`reasoning_effort`");
    expect(plane.sent).toEqual([]);
  });
});

describe("an agent of Anthropic's format", () => {
  const THINKING = '{"type": "enabled", "budget_tokens": 2000}';
  const body = (messages: readonly unknown[], thinking = THINKING) =>
    `{ "model": "claude-sonnet-4-5", "thinking": ${thinking},\t"max_tokens": 4e3,\n "messages": ${JSON.stringify(messages)} }`;
  const hi = { role: "user", content: "Hi" };
  const result = { role: "user", content: [{ type: "tool_result", tool_use_id: "call_1", content: "ok" }] };

  test.each([
    ["bot", THINKING],
    // What does not think is not asked to, and signs nothing.
    ["plain", '{"type": "disabled"}'],
  ])("of %s goes on with its own bytes, but for what cannot be", async (agent, thinking) => {
    using plane = openDataPlane({ config: CONFIG, upstream: upstream() });
    const path = `/agents/${agent}/anthropic/v1/messages`;
    const first = await post(plane, path, body([hi], thinking));
    expect(first.response.status).toBe(200);
    const { content } = JSON.parse(first.text);
    expect(content.at(-1)).toMatchObject({ type: "tool_use", id: "call_1" });

    const second = await post(plane, path, body([hi, { role: "assistant", content }, result]));
    expect(second.response.status).toBe(200);
    expect(second.dropped).toBe("thinking");
    expect(hostOf(plane.sent.at(-1) as SentRequest)).toBe("api.anthropic.com");
    const own = content.filter(({ type }: { type: string }) => type === "tool_use");
    expect(sentText(plane)).toBe(
      body([hi, { role: "assistant", content: own }, result], '{"type":"disabled"}'),
    );
  });

  test("that nobody else has served goes on as it came", async () => {
    using plane = openDataPlane({ config: CONFIG, upstream: upstream() });
    const own = { type: "thinking", thinking: "Hm.", signature: "EqQB" };
    const use = { type: "tool_use", id: "call_1", name: "get", input: {} };
    const sent = body([hi, { role: "assistant", content: [own, use] }, result]);
    await post(plane, "/agents/solo/anthropic/v1/messages", sent);
    const { dropped } = await post(plane, "/agents/solo/anthropic/v1/messages", sent);
    expect(dropped).toBeNull();
    expect(sentText(plane)).toBe(sent);
  });
});
