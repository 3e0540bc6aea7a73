import { describe, expect, test } from "bun:test";
import { createFrames } from "../../server/management/frames.ts";
import { type Harness, NOON, startManagement } from "./support.ts";

const CONFIG = `agents:
  "*": { rate_limit: 60/min, circuit_breaker: { error_threshold: 1 } }`;

/** An API with two agents that are old news, and the names that each further frame tells of. */
function watch(api: Harness): () => string[] {
  api.setAgent("researcher");
  api.setAgent("writer");
  const frames = createFrames(api.context);
  frames.snapshot();
  return () => frames.delta().agents.map(({ id }) => id);
}

describe("the live feed tells of an agent again", () => {
  test("when it is paused, resumed, and when its pause is over; the others are no news", async () => {
    await using api = startManagement({ config: CONFIG });
    const news = watch(api);
    expect(news()).toEqual([]);
    const pause = { agent: "researcher", since: NOON, until: NOON + 2_000 };
    api.controls.pause({ ...pause, cause: { by: "person", note: null } }, NOON);
    expect(news()).toEqual(["researcher"]);
    expect(news()).toEqual([]);
    api.controls.resume("researcher", "person", NOON);
    expect(news()).toEqual(["researcher"]);
    api.controls.pause({ ...pause, cause: { by: "policy", rule: "r" } }, NOON);
    expect(news()).toEqual(["researcher"]);
    api.controls.keepHouse(NOON + 2_000);
    expect(news()).toEqual(["researcher"]);
    expect(news()).toEqual([]);
  });

  test("when its breaker opens", async () => {
    await using api = startManagement({ config: CONFIG });
    const news = watch(api);
    const { circuit_breaker: settings } = api.context.setup().agent("writer");
    const target = { agent: "writer", provider: "openai", origin: "https://api.openai.com", settings };
    api.controls.breakers.take(target, NOON).fail(NOON);
    expect(news()).toEqual(["writer"]);
  });

  test("when its trust falls, and when it quietly grows", async () => {
    await using api = startManagement({ config: CONFIG });
    const news = watch(api);
    const terms = api.controls.trustTermsOf("writer", api.context.setup());
    api.controls.reputation.observe("writer", { kind: "refused_model" }, NOON, terms);
    expect(news()).toEqual(["writer"]);
    const call = { kind: "call", model: "gpt-4o", owner: null, status: 200, costNano: 1 } as const;
    // An interval with a loss earns nothing.
    api.controls.reputation.tick(NOON + 60_000, () => terms);
    expect(news()).toEqual([]);
    api.controls.reputation.observe("writer", call, NOON + 61_000, terms);
    api.controls.reputation.tick(NOON + 120_000, () => terms);
    expect(news()).toEqual(["writer"]);
  });

  test("while its limit recovers, until it is as it was", async () => {
    await using api = startManagement({ config: CONFIG });
    const news = watch(api);
    const { terms } = api.controls.standing("writer", api.context.setup(), false);
    const call = { agent: "writer", terms, provider: "openai", providerLimit: null };
    for (let count = 0; count < 2; count++) api.controls.limits.take(call, NOON);
    expect(news()).toEqual(["writer"]);
    for (const expected of [["writer"], ["writer"], []]) {
      api.advance(1_000);
      expect(news()).toEqual(expected);
    }
  });

  test("while its stream holds more and more", async () => {
    await using api = startManagement({ config: CONFIG });
    const news = watch(api);
    const { money } = api.context.fleet.agents.get("researcher") ?? {};
    if (money) money.held += 1_000_000;
    expect(news()).toEqual(["researcher"]);
    expect(news()).toEqual([]);
  });

  test("when another configuration is in force, and of those that it names anew", async () => {
    await using api = startManagement({ config: CONFIG });
    const news = watch(api);
    api.configure("agents: { newcomer: { budget: { max_cost_per_day: 5 } } }");
    expect(news()).toEqual(["newcomer", "researcher", "writer"]);
    expect(news()).toEqual([]);
    api.controls.pause(
      { agent: "newcomer", since: NOON, until: null, cause: { by: "person", note: null } },
      NOON,
    );
    expect(news()).toEqual(["newcomer"]);
  });
});
