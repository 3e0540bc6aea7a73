/** Priority lanes through the whole gateway (SPEC 12.6): who gets a slot, and when. */
import { describe, expect, test } from "bun:test";
import { json, manualStream, openDataPlane } from "../support/data-plane.ts";
import { ANSWER, ask, chat, outcomeOf, turn } from "../support/governed.ts";
import { occupancy, openSlots, send } from "./lane-support.ts";

describe("slots", () => {
  test("are as many as the provider has; who waits starts in the turn in which one is given back, the first first", async () => {
    const { plane, valve } = openSlots(2);
    using _ = plane;
    const calls = ["a", "b", "c", "d"].map((agent) => send(plane, agent));
    await turn();
    expect(occupancy(plane)).toMatchObject({ inUse: { normal: 2 }, waiting: { normal: 2 } });
    expect(plane.sent).toHaveLength(2);
    valve.answer();
    await turn();
    expect(plane.calls().map(({ agent }) => agent)).toEqual(["a"]);
    expect([plane.sent.length, plane.fleet.agents.get("c")?.inFlight]).toEqual([3, 1]);
    for (let count = 0; count < 3; count++) {
      valve.answer();
      await turn();
    }
    expect((await Promise.all(calls)).map(outcomeOf)).toEqual([200, 200, 200, 200]);
    expect([occupancy(plane), plane.store.holds.size]).toEqual([undefined, 0]);
  });

  test("of one provider are nobody else's", async () => {
    const { plane, valve } = openSlots(1);
    using _ = plane;
    const calls = [
      send(plane, "a"),
      plane.send("/agents/a/mistral", chat("hi", {}, { model: "mistral-small" })),
    ];
    await turn();
    expect(valve.waiting.map(({ url }) => new URL(url).host)).toEqual(["api.openai.com", "api.mistral.ai"]);
    valve.answer();
    valve.answer();
    await Promise.all(calls);
  });

  test.each(["an error", "no connection", "a hang-up", "a stream that dies", "a stream read to its end"])(
    "come back after %s",
    async (ending) => {
      const stream = manualStream();
      const upstream = () => {
        if (ending === "an error") return json({}, { status: 500 });
        if (ending === "no connection") throw Object.assign(new Error("refused"), { code: "ECONNREFUSED" });
        return stream.response;
      };
      using plane = openDataPlane({ config: "providers: { openai: { max_concurrency: 1 } }", upstream });
      const answer = await plane.send("/agents/a/openai", chat("hi", {}, { stream: true }));
      const done = ending === "a hang-up" ? answer.body?.cancel() : answer.text();
      if (ending === "a stream that dies") stream.break();
      if (ending === "a stream read to its end") {
        expect(occupancy(plane)).toMatchObject({ inUse: { normal: 1 } });
        stream.push('data: {"choices":[{"index":0,"delta":{"content":"x"},"finish_reason":"stop"}]}\n\n');
        stream.push("data: [DONE]\n\n");
        stream.end();
      }
      await done;
      expect([occupancy(plane), plane.gateway.inFlight, plane.store.holds.size]).toEqual([undefined, 0, 0]);
    },
  );
});

describe("lanes", () => {
  test("take turns 8 to 3 to 1 while all of them wait", async () => {
    const { plane, valve } = openSlots(1);
    using _ = plane;
    const calls = [send(plane, "first")];
    await turn();
    for (let count = 0; count < 24; count++)
      for (const agent of ["low", "normal", "high"]) calls.push(send(plane, agent));
    await turn();
    for (let count = 0; count < 25; count++) {
      valve.answer();
      await turn();
    }
    const started = plane
      .calls()
      .map(({ agent }) => agent)
      .slice(1);
    const share = (agent: string) => started.filter((name) => name === agent).length;
    expect([share("high"), share("normal"), share("low")]).toEqual([16, 6, 2]);
    for (let count = 0; count < 48; count++) {
      valve.answer();
      await turn();
    }
    await Promise.all(calls);
    expect(plane.calls()).toHaveLength(73);
  });

  test("of low priority leave an eighth of the slots free: a flood of them keeps nobody else waiting", async () => {
    const { plane, valve } = openSlots(16);
    using _ = plane;
    const flood = Array.from({ length: 40 }, () => send(plane, "low"));
    await turn();
    expect(occupancy(plane)).toMatchObject({ inUse: { low: 14 }, waiting: { low: 26 } });
    const others = [send(plane, "high"), send(plane, "normal"), send(plane, "high")];
    await turn();
    expect(occupancy(plane)).toEqual({
      inUse: { high: 1, normal: 1, low: 14 },
      waiting: { high: 1, normal: 0, low: 26 },
    });
    // The next slot that is given back is the waiting one's, by whomever.
    valve.answer();
    await turn();
    expect(occupancy(plane)).toMatchObject({ inUse: { high: 2, low: 13 }, waiting: { high: 0, low: 26 } });
    while (valve.waiting.length > 0) {
      valve.answer();
      await turn();
    }
    expect(new Set((await Promise.all([...flood, ...others])).map(outcomeOf))).toEqual(new Set([200]));
  });

  test("may have their own upstream, with its own key and its own slots", async () => {
    const upstreams = [{ base_url: "https://fast.test/v1", api_key: "sk-fast", lanes: ["high"] }];
    const { plane, valve } = openSlots(1, {}, { api_key: "sk-main", upstreams });
    using _ = plane;
    const calls = ["normal", "normal", "high", "high"].map((agent) => send(plane, agent));
    await turn();
    expect(valve.waiting.map(({ url, headers }) => [url, headers.get("authorization")])).toEqual([
      ["https://api.openai.com/v1/chat/completions", "Bearer sk-main"],
      ["https://fast.test/v1/chat/completions", "Bearer sk-fast"],
    ]);
    expect([occupancy(plane)?.waiting.normal, occupancy(plane, "openai/high")?.waiting.high]).toEqual([1, 1]);
    for (let count = 0; count < 4; count++) {
      valve.answer();
      await turn();
    }
    await Promise.all(calls);
    expect(plane.calls().map(({ provider }) => provider)).toEqual(Array(4).fill("openai"));
    expect(JSON.stringify(plane.lines)).not.toContain("sk-");
  });

  test("of their own: a 429 there cools that key alone", async () => {
    const upstreams = [{ base_url: "https://fast.test/v1", api_key: "sk-fast", lanes: ["high"] }];
    const config = JSON.stringify({
      providers: { openai: { api_key: "sk-main", upstreams } },
      agents: { high: { priority: "high" } },
    });
    using plane = openDataPlane({
      config,
      upstream: ({ url }) => (url.includes("fast") ? json({}, { status: 429 }) : json(ANSWER)),
    });
    expect([await ask(plane, "high"), await ask(plane, "high")]).toEqual([429, "rate_limited"]);
    expect(await ask(plane, "normal")).toBe(200);
  });
});
