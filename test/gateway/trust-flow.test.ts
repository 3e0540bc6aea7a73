/** Trust through the whole gateway (SPEC 11): what agents do moves their limits, and nothing that they say does. */
import { describe, expect, test } from "bun:test";
import { json, openDataPlane } from "../support/data-plane.ts";
import { ask, chat, createValve, outcomeOf, turn, works } from "../support/governed.ts";
import { makeTempFolder } from "../support/temp.ts";
import { configOf, misbehave, OPUS, open, passing, told, trustOf } from "./trust-support.ts";

const MINUTE = 60_000;
const HOUR = 3_600;

describe("losses", () => {
  test("come at once and once an interval, are written down, and cost a tier when they suffice", async () => {
    using plane = open(configOf());
    await misbehave(plane, "bot");
    expect(await ask(plane, "bot", chat("once more", {}, OPUS))).toBe("model_not_allowed");
    const agent = "bot";
    expect(told(plane)).toEqual([
      { event: "trust.lost", agent, reason: "loop", points: 10, score: 40 },
      { event: "trust.lost", agent, reason: "refused_model", points: 5, score: 35 },
      {
        event: "trust.changed",
        agent,
        from: "baseline",
        to: "restricted",
        reasons: ["loop", "refused_model"],
        score: 35,
      },
    ]);
    await ask(plane, "other");
    expect(plane.calls().map((call) => [call.agent, call.trust])).toEqual([
      ["bot", 50],
      ["bot", 50],
      ["other", 50],
    ]);
    expect(plane.lines.findLast(({ type }) => type === "blocked")).toMatchObject({ agent: "bot", trust: 35 });
  });

  test.each<[string, object, number, string]>([
    // Eight were left in it, and five are its new size.
    ["bucket", { rate_limit: "10/hour" }, 5, "rate_limited"],
    ["window", { rate_limit: { max_requests: 10, window_seconds: HOUR } }, 3, "rate_limited"],
    ["quota of calls", { quota: { requests_per_hour: 10 } }, 3, "quota_exceeded"],
    // 1,500 each, of which the next call may take up to some 120: five calls at most, and two were made.
    ["quota of tokens", { quota: { tokens_per_day: 15_000 } }, 3, "quota_exceeded"],
  ])("halve the %s at once, of this agent alone", async (_name, agent, left, reason) => {
    using plane = open(configOf(agent));
    await misbehave(plane, "bot");
    const passed = await passing(plane, "bot");
    expect(passed).toEqual([left, reason]);
    expect(await passing(plane, "other")).toEqual([10, reason]);
  });

  test("move the agent to the low lane, but not where a priority is configured", async () => {
    const valve = createValve();
    const config = configOf(
      {},
      {
        providers: { openai: { max_concurrency: 8 } },
        agents: { "*": { models: { deny: ["*-opus-*"] } }, vip: { priority: "high" } },
      },
    );
    using plane = open(config, (request) =>
      request.headers.has("x-hang") ? valve.upstream(request) : works(),
    );
    for (const agent of ["bot", "vip"]) await misbehave(plane, agent);
    const calls = ["bot", "vip", "other"].map((agent) =>
      plane.send(`/agents/${agent}/openai`, chat("hang", { "x-hang": "1" })),
    );
    await turn();
    const { lanes } = plane.gateway.controls;
    expect(lanes.occupancy().get("openai")?.inUse).toEqual({ high: 1, normal: 1, low: 1 });
    for (const _ of calls) valve.answer();
    expect((await Promise.all(calls)).map(outcomeOf)).toEqual([200, 200, 200]);
  });

  test("leave money and the limits of a request and of the provider alone", async () => {
    const config = (budget: object, provider: object = {}) =>
      configOf({ budget, quota: { max_input_tokens: 1_000 } }, { providers: { openai: provider } });
    using plane = open(config({ max_cost_per_day: 0.0045 }));
    await misbehave(plane, "bad");
    const [calls, reason] = await passing(plane, "bad");
    expect(await passing(plane, "good")).toEqual([calls + 2, reason]);
    expect(reason).toBe("budget_exceeded");
    const spent = ["bad", "good"].map((name) => plane.fleet.agents.get(name)?.day.costNano);
    expect(spent[0]).toBe(spent[1]);

    plane.configure(config({}, { rate_limit: { max_requests: 30, window_seconds: HOUR } }));
    const input = (length: number) => ask(plane, "bad", chat("x".repeat(length)));
    expect([await input(2_500), await input(4_000)]).toEqual([200, "quota_exceeded"]);
  });

  test("come from five errors of its own, from a change of owner, and not from a provider that fails", async () => {
    const health = { status: 500 };
    using plane = open(configOf({ circuit_breaker: { error_threshold: 100 } }), () =>
      json({}, { status: health.status }),
    );
    await passing6("down");
    expect(told(plane)).toEqual([]);
    health.status = 404;
    await passing6("wrong");
    expect(told(plane).map(({ agent, reason }) => [agent, reason])).toEqual([["wrong", "error_burst"]]);
    const owned = (owner: string, said: string) =>
      chat(said, { "x-agent-identity": `name=fickle; owner=${owner}` });
    for (const [owner, said] of [
      ["a", "x"],
      ["a", "y"],
      ["b", "z"],
    ] as const)
      await plane.send("/openai/v1/chat/completions", owned(owner, said));
    expect(told(plane).at(-1)).toMatchObject({
      agent: "fickle",
      reason: "owner_change",
      points: 10,
      score: 40,
    });

    async function passing6(agent: string): Promise<void> {
      for (const said of "abcdef") await ask(plane, agent, chat(said));
    }
  });
});

describe("an interval", () => {
  test("that is active, clean and ordinary earns one quiet point, an idle one nothing", async () => {
    using plane = open(configOf());
    const interval = () => {
      plane.advance(MINUTE);
      plane.tick();
    };
    for (const said of "abc") {
      await ask(plane, "bot", chat(said));
      interval();
    }
    for (let count = 0; count < 5; count++) interval();
    await ask(plane, "bot", chat("d"));
    expect(trustOf(plane)).toEqual([50, 51, 52, 53]);
    expect(told(plane)).toEqual([]);
  });

  test("with a loss earns nothing; the next one may cost again", async () => {
    using plane = open(configOf());
    const refused = chat("x", {}, OPUS);
    await ask(plane, "bot", chat("a"));
    await ask(plane, "bot", refused);
    plane.advance(MINUTE);
    plane.tick();
    await ask(plane, "bot", refused);
    await ask(plane, "bot", chat("b"));
    expect(trustOf(plane)).toEqual([50, 40]);
  });
});

describe("a restart", () => {
  test("forgives nothing", async () => {
    using folder = makeTempFolder("restart");
    const begin = () =>
      openDataPlane({
        config: configOf({ rate_limit: "10/hour" }),
        upstream: works,
        folder: folder.path,
      });
    {
      using plane = begin();
      await misbehave(plane, "bot");
      await ask(plane, "good");
      plane.advance(MINUTE);
      plane.tick();
      await plane.gateway.drain(Promise.resolve());
    }
    using plane = begin();
    plane.advance(2 * 60 * MINUTE);
    expect(await passing(plane, "bot")).toEqual([5, "rate_limited"]);
    await ask(plane, "good", chat("z"));
    expect(plane.calls().map(({ agent, trust }) => [agent, trust])).toEqual([
      ...Array(5).fill(["bot", 35]),
      ["good", 51],
    ]);
  });
});

test("with trust switched off nobody has a score, and nothing is lost", async () => {
  using plane = open(configOf({ rate_limit: "10/hour" }, { trust: { enabled: false } }));
  await misbehave(plane, "bot");
  expect(await passing(plane, "bot")).toEqual([8, "rate_limited"]);
  expect([told(plane), plane.calls().some(({ trust }) => trust !== undefined)]).toEqual([[], false]);
});
