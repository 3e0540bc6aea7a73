/** How long an answer may be where the request does not say it, and what of that is written into the request. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { afford } from "../../server/gateway/afford.ts";
import { type CeilingFacts, planCeiling, recordedCeiling } from "../../server/gateway/plan-ceiling.ts";
import { createStakes, NO_CAPS } from "../../server/gateway/stakes.ts";
import { createProviders } from "../../server/providers/index.ts";
import type { Provider } from "../../server/providers/provider.ts";
import { account, PLAN } from "./hold-support.ts";

function host(models: Record<string, { context: number | null; max_output: number | null }> = {}): Provider {
  const own = { protocol: "openai", base_url: "http://127.0.0.1:8000/v1", api_key: null, models } as const;
  const found = createProviders({ own }).find("own");
  if (!found) throw new Error("the host is not there");
  return found;
}

const UNASKED = { ceiling: null, thinkingBudget: 0 };
const FACTS: CeilingFacts = {
  provider: host(),
  model: "llama3",
  demand: UNASKED,
  limit: null,
  context: null,
  seen: 1_000,
};
const ceiling = (more: Partial<CeilingFacts>) => planCeiling({ ...FACTS, ...more });

describe("a guess", () => {
  test("is 32,000 tokens where nothing is known", () => {
    expect(ceiling({})).toEqual({ each: 32_000, room: null, imposesCeiling: false, isUnkept: true });
  });

  test("leaves the input its room in the window", () => {
    expect(ceiling({ context: 8_192 })).toMatchObject({ each: 8_192, room: 7_192, isUnkept: true });
    expect(ceiling({ context: 1_000_000 })).toMatchObject({ each: 32_000, room: 999_000 });
  });

  test("is not written where the input may fill a small window: an answer cannot outgrow that", () => {
    expect(ceiling({ context: 8_192, seen: 8_000 })).toMatchObject({ room: null, isUnkept: false });
    expect(ceiling({ context: 8_192, seen: 90_000 })).toMatchObject({ room: null, isUnkept: false });
  });

  test("leaves room for the thinking that the client reserves, or is not bounded by the window", () => {
    const demand = { ceiling: null, thinkingBudget: 7_500 };
    expect(ceiling({ context: 8_192, demand }).room).toBeNull();
  });
});

describe("what the configuration says a model gives out", () => {
  const provider = host({ "llama3*": { context: null, max_output: 4_096 } });

  test("takes the guess's place, and has to be written: the host may not keep to it", () => {
    expect(ceiling({ provider })).toMatchObject({ each: 4_096, isUnkept: true });
    expect(ceiling({ provider, model: "qwen" })).toMatchObject({ each: 32_000 });
    expect(recordedCeiling(provider, "meta/Llama3:8b")).toBe(4_096);
  });

  test("is not written where the input may fill a small window", () => {
    const facts = { provider, context: 4_096, seen: 3_900 };
    expect(ceiling(facts)).toMatchObject({ each: 4_096, room: null, isUnkept: false });
    expect(ceiling({ ...facts, seen: 3_000 })).toMatchObject({ room: 1_096, isUnkept: true });
  });

  test("is lowered by the agent's limit, which is written, too", () => {
    expect(ceiling({ provider, limit: 700 })).toMatchObject({ each: 700, imposesCeiling: true });
    expect(ceiling({ provider, limit: 9_000 })).toMatchObject({ each: 4_096, imposesCeiling: true });
  });

  test("gives way to what the client asks for", () => {
    const demand = { ceiling: 6_000, thinkingBudget: 0 };
    expect(ceiling({ provider, demand, context: 4_000 })).toEqual({
      each: 6_000,
      room: null,
      imposesCeiling: false,
      isUnkept: false,
    });
  });
});

test("a limit above what the provider's record says is not written: hosts refuse more than a model can", () => {
  const openai = createProviders({}).find("openai");
  if (!openai) throw new Error("openai is not known");
  const facts = { provider: openai, model: "gpt-4o-mini" };
  expect(ceiling({ ...facts, limit: 50_000 })).toMatchObject({ each: 16_384, imposesCeiling: false });
  expect(ceiling({ ...facts, limit: 5_000 })).toMatchObject({ each: 5_000, imposesCeiling: true });
});

test("whatever is known and affordable, what is written unasked fits beside the input wherever 256 tokens do", () => {
  const tokens = (max: number) => fc.integer({ min: 1, max });
  fc.assert(
    fc.property(
      fc.record({
        context: tokens(300_000),
        seen: tokens(300_000),
        limit: fc.option(tokens(100_000)),
        declared: fc.option(tokens(100_000)),
        choices: tokens(4),
        cap: tokens(10_000_000),
      }),
      ({ context, seen, limit, declared, choices, cap }) => {
        const provider = host({ "*": { context, max_output: declared } });
        const own = ceiling({ provider, context, seen, limit });
        const plan = { ...PLAN, ...own, choices, ceiling: own.each * choices, slice: own.each * choices };
        const caps = () => ({ ...NO_CAPS, total: cap });
        const stakes = createStakes([{ scope: "agent", name: "a", account: account(), caps }], plan);
        const afforded = afford(stakes, plan, true);
        if (afforded.kind !== "granted") return;
        const { told, ceiling: held } = afforded.grant;
        const left = context - seen;
        if (told !== null && left >= 256) expect(told).toBeLessThanOrEqual(left);
        if (told !== null) expect(held).toBe(told * choices);
        // What is not written is held as far as the window lets the answer grow.
        if (told === null) expect(held).toBe(context * choices);
      },
    ),
  );
});
