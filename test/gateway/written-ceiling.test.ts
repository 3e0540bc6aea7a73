/** The ceiling that a money cap writes into a request: it fits the model, and the caller is told of it. */
import { describe, expect, test } from "bun:test";
import { openDataPlane } from "../support/data-plane.ts";

const CONFIG = (models: string): string => `
providers: { local: { protocol: openai, base_url: "http://127.0.0.1:8000/v1", models: ${models} } }
pricing: { models: { "*": { input: 1, output: 1 } } }
agents: { bot: { budget: { max_cost_per_day: 50 } } }
`;
const TOO_LARGE = '{"error":{"message":"max_tokens is too large: 4096","code":400}}';

function open(models: string) {
  return openDataPlane({ config: CONFIG(models), upstream: () => new Response(TOO_LARGE, { status: 400 }) });
}

function post(more: object = {}): RequestInit {
  return {
    method: "POST",
    body: JSON.stringify({ model: "org/Llama3", messages: [{ role: "user", content: "hi" }], ...more }),
  };
}

describe("under a money cap", () => {
  test.each([
    ["{ 'llama3*': { max_output: 4096 } }", 4_096],
    ["{ '*': { max_output: 4096, context: 2048 } }", "less than 2048"],
    ["{ '*': { context: 8192 } }", "less than 8192"],
    ["{ 'qwen*': { max_output: 4096 } }", 32_000],
  ] as const)("models of %s are told %s tokens", async (models, expected) => {
    using plane = open(models);
    await plane.send("/agents/bot/local", post());
    const told = JSON.parse(Buffer.from(plane.sent[0]?.body ?? []).toString()).max_tokens;
    if (typeof expected === "number") expect(told).toBe(expected);
    else {
      const window = Number(expected.split(" ").at(-1));
      expect(told).toBeLessThan(window - 30);
      expect(told).toBeGreaterThan(window - 300);
    }
  });

  test("a provider's refusal of the ceiling passes as it is, and says what was written", async () => {
    using plane = open("{ '*': { max_output: 4096 } }");
    const answer = await plane.send("/agents/bot/local", post());
    expect(answer.status).toBe(400);
    expect(await answer.text()).toBe(TOO_LARGE);
    expect(answer.headers.get("x-tollgate-max-tokens")).toBe("4096");
    expect(plane.calls()).toMatchObject([{ status: 400, clamped: 4_096, cost_nano: 0 }]);
  });

  test("a provider's refusal of the client's own ceiling says nothing of the kind", async () => {
    using plane = open("{ '*': { max_output: 4096, context: 8192 } }");
    const answer = await plane.send("/agents/bot/local", post({ max_tokens: 9_000 }));
    expect(answer.status).toBe(400);
    expect(answer.headers.get("x-tollgate-max-tokens")).toBeNull();
    expect(JSON.parse(Buffer.from(plane.sent[0]?.body ?? []).toString()).max_tokens).toBe(9_000);
  });
});

test("without a cap nothing is written, whatever is known of the model", async () => {
  using plane = openDataPlane({
    config: CONFIG("{ '*': { max_output: 4096 } }").replace(/agents:.*/, ""),
    upstream: () => Response.json({ usage: { prompt_tokens: 1, completion_tokens: 1 } }),
  });
  await plane.send("/agents/bot/local", post());
  expect(Buffer.from(plane.sent[0]?.body ?? []).toString()).toBe(String(post().body));
});

test("a model of the price list with a small window is never asked for more than fits it", async () => {
  using plane = openDataPlane({
    config: "agents: { bot: { budget: { max_cost_per_day: 50 } } }",
    upstream: () => Response.json({ usage: { prompt_tokens: 1, completion_tokens: 1 } }),
  });
  await plane.send("/agents/bot/moonshot", {
    method: "POST",
    body: JSON.stringify({
      model: "moonshot-v1-8k",
      messages: [{ role: "user", content: "x".repeat(3_000) }],
    }),
  });
  const { max_tokens } = JSON.parse(Buffer.from(plane.sent[0]?.body ?? []).toString());
  expect(max_tokens).toBeLessThan(8_192 - 1_000);
  expect(max_tokens).toBeGreaterThan(6_500);
});
