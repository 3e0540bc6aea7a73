/** Calls whose model the gateway does not know, or only a form names: what they are held and charged at. */
import { describe, expect, test } from "bun:test";
import { createPrices } from "../../server/providers/prices.ts";
import { json, openDataPlane } from "../support/data-plane.ts";
import { agentOf, outcomeOf } from "./budget-support.ts";

const PRICE = "{ input: 5, output: 40 }";
const USAGE = { input_tokens: 10, output_tokens: 20, total_tokens: 30 };

/** A gateway whose agent has a money cap, under these prices. */
function open(pricing: string, answer: object = { usage: USAGE }) {
  return openDataPlane({
    config: `
providers: { local: { protocol: openai, base_url: "http://127.0.0.1:9/v1" } }
pricing: ${pricing}
agents: { bot: { budget: { max_cost_per_day: 50 } } }
`,
    upstream: () => json(answer),
  });
}

function chat(more: object = {}): RequestInit {
  const body = JSON.stringify({ max_tokens: 10, messages: [{ role: "user", content: "hi" }], ...more });
  return { method: "POST", headers: { "x-tollgate-on-block": "error" }, body };
}

function edit(fields: Record<string, string>): RequestInit {
  const body = new FormData();
  body.set("image", new Blob([new Uint8Array(3_000_000)]), "x.png");
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  return { method: "POST", headers: { "x-tollgate-on-block": "error" }, body };
}

describe("a call that names no model", () => {
  for (const pricing of [`{ unknown: ${PRICE} }`, `{ models: { "*": ${PRICE} } }`]) {
    test(`is held and charged at ${pricing}`, async () => {
      using plane = open(pricing, { usage: { prompt_tokens: 10, completion_tokens: 20 } });
      expect(outcomeOf(await plane.send("/agents/bot/local", chat()))).toBe(200);
      expect(plane.calls()).toMatchObject([{ cost_nano: 10 * 5_000 + 20 * 40_000 }]);
      expect(agentOf(plane, "bot").money.held).toBe(0);
    });
  }

  test("is refused where only the prices of some models are known", async () => {
    for (const pricing of ["{}", `{ models: { "gpt*": ${PRICE} } }`]) {
      using plane = open(pricing);
      const refused = await plane.send("/agents/bot/local", chat());
      expect(outcomeOf(refused)).toBe("unpriced_model");
      expect(await refused.text()).toContain("names no model");
      expect(plane.sent).toEqual([]);
    }
  });

  test("has no price of its own where another one answers that has", () => {
    const own = { input: 1, output: 1, cache_read: null, cache_write: null };
    const prices = createPrices({ file: null, unknown: "refuse", models: { "*": { ...own, input: 9 } } });
    const usage = { inputTokens: 1, outputTokens: 0, cachedTokens: null, cacheWriteTokens: null };
    const cost = (models: (string | null)[]) =>
      prices.cost(null, models, { ...usage, reasoningTokens: null }, [], {}, 0);
    expect(cost([null, null])).toBe(9_000);
    expect(cost(["m", null])).toBe(9_000);
  });
});

describe("an image that is edited", () => {
  test("is charged as the model that its form names, at the list's price", async () => {
    using plane = open("{}");
    const answer = await plane.send("/agents/bot/openai/images/edits", edit({ model: "gpt-image-1" }));
    expect(outcomeOf(answer)).toBe(200);
    expect(plane.calls()).toMatchObject([{ model: "gpt-image-1", usage: "reported" }]);
    expect(plane.calls()[0]?.cost_nano).toBeGreaterThan(0);
  });

  test("is held for every image that is asked for, and not for the bytes of what it is made from", async () => {
    const held = async (fields: Record<string, string>): Promise<number> => {
      let amount = 0;
      using plane = openDataPlane({
        config: `pricing: { models: { "*": ${PRICE} } }\nagents: { bot: { budget: { max_cost_per_day: 50 } } }`,
        upstream: () => {
          amount = agentOf(plane, "bot").money.held;
          return json({ usage: USAGE });
        },
      });
      await plane.send("/agents/bot/openai/images/edits", edit({ model: "m", prompt: "p", ...fields }));
      return amount;
    };
    const [one, three] = [await held({}), await held({ n: "3" })];
    // 32,000 tokens of output at 40,000 each, and little beside it.
    expect(one).toBeGreaterThan(32_000 * 40_000);
    expect(one).toBeLessThan(33_000 * 40_000);
    expect(three - one).toBe(2 * 32_000 * 40_000);
  });

  test("has the fallback's price where the form names no model", async () => {
    for (const pricing of [`{ unknown: ${PRICE} }`, `{ models: { "*": ${PRICE} } }`]) {
      using plane = open(pricing);
      const answer = await plane.send("/agents/bot/openai/images/edits", edit({ n: "1" }));
      expect(outcomeOf(answer)).toBe(200);
      expect(plane.calls()).toMatchObject([{ cost_nano: 10 * 5_000 + 20 * 40_000 }]);
    }
  });
});
