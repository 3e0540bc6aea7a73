/** Refusals of calls to nobody in particular: in the client's own words, whoever would have served (SPEC 6.1, 6.3). */
import { describe, expect, test } from "bun:test";
import { openDataPlane } from "../../support/data-plane.ts";
import { busy, CHAT, call, hostOf, outcome, PROVIDERS } from "./routing-support.ts";

const TEXT = "[Tollgate] Request blocked: budget_exceeded";
const MESSAGES = [{ role: "user", content: "Hi" }];
const DIALECTS: readonly (readonly [name: string, path: string, body: object, error: object])[] = [
  [
    "chat",
    "v1/chat/completions",
    { messages: MESSAGES, model: "gpt-4o" },
    { error: { code: "budget_exceeded" } },
  ],
  ["responses", "v1/responses", { input: "Hi" }, { error: { code: "budget_exceeded" } }],
  ["messages", "v1/messages", { messages: MESSAGES, max_tokens: 9 }, { type: "error" }],
  [
    "Gemini",
    "v1beta/models/gemini-2.5-flash:generateContent",
    { contents: [{ role: "user", parts: [{ text: "Hi" }] }] },
    { error: { code: 402 } },
  ],
];

describe("a policy's refusal of a call to auto", () => {
  const config = `${PROVIDERS}agents: { bot: { budget: { max_cost_total: 0 }, model: claude-haiku-4-5 } }`;

  test.each(DIALECTS)(
    "is an answer of the format that the client speaks: %s",
    async (_name, path, body, error) => {
      using plane = openDataPlane({ config, upstream: () => Response.json(CHAT) });
      const ask = (headers: Record<string, string>, more: object = {}) =>
        plane.send(`/agents/bot/auto/${path}`, {
          method: "POST",
          headers,
          body: JSON.stringify({ ...body, ...more }),
        });
      const told = await ask({});
      expect([told.status, outcome(told)]).toEqual([200, "budget_exceeded"]);
      expect(await told.text()).toContain(TEXT);
      const streamed = path.includes("generateContent") ? null : await ask({}, { stream: true });
      if (streamed) expect(streamed.headers.get("content-type")).toStartWith("text/event-stream");
      const refused = await ask({ "x-tollgate-on-block": "error" });
      expect(refused.status).toBe(402);
      expect(await refused.json()).toMatchObject(error);
      expect(plane.sent).toHaveLength(0);
    },
  );
});

describe("a model that is denied", () => {
  const config = `${PROVIDERS}agents: { bot: { models: { deny: ["gpt-4o*"] }, fallback: [openai/gpt-4o] } }`;

  test.each([
    ["as it is", "/agents/bot/openai", "gpt-4o"],
    ["in capitals", "/agents/bot/openai", "GPT-4O"],
    ["with a vendor", "/agents/bot/auto", "openai/gpt-4o"],
    ["with a vendor in capitals", "/agents/bot/auto", "openai/GPT-4o-mini"],
    ["with two vendors", "/agents/bot/openai", "x/openai/gpt-4o"],
  ])("is denied: %s", async (_name, path, model) => {
    using plane = openDataPlane({ config, upstream: () => Response.json(CHAT) });
    expect(outcome(await call(plane, { model }, { path }))).toBe("model_not_allowed");
    expect(plane.sent).toHaveLength(0);
  });

  test("stands in for nobody, whether its target is busy or its breaker open", async () => {
    const sick = config.replace("bot: {", "bot: { circuit_breaker: { error_threshold: 1 },");
    using plane = openDataPlane({ config: sick, upstream: () => busy() });
    const ask = async () =>
      outcome(await call(plane, { model: "claude-haiku-4-5" }, { path: "/agents/bot/auto" }));
    expect([await ask(), await ask()]).toEqual([503, "breaker_open"]);
    expect(plane.sent.map(hostOf)).toEqual(["api.anthropic.com"]);
  });
});
