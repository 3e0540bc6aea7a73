/** Throttles through the whole gateway (SPEC 10): by rate, and by holding calls back. */
import { describe, expect, test } from "bun:test";
import { json, openDataPlane } from "../support/data-plane.ts";
import { ANSWER, ask, askTimes, chat, outcomeOf, taken, turn } from "../support/governed.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

const openThrottled = (params: object, more: object = {}, condition = "call_count >= 1") =>
  openDataPlane({
    config: JSON.stringify({ policies: [{ name: "slow", condition, action: "throttle", params }], ...more }),
    upstream: () => json(ANSWER),
  });

describe("a throttle by rate", () => {
  test("refuses what goes beyond it with Retry-After, takes nothing for that, and is each agent's own", async () => {
    using plane = openThrottled({ rate: "2/min" });
    expect(await askTimes(plane, "bot", 3)).toEqual([200, 200, 200]);
    const before = taken(plane);
    const refused = await plane.send("/agents/bot/openai", chat());
    expect([refused.status, outcomeOf(refused), refused.headers.get("retry-after")]).toEqual([
      429,
      "throttled",
      "30",
    ]);
    expect(await refused.json()).toMatchObject({
      error: { message: 'The policy "slow" slows the agent "bot" down. Please retry after 30 seconds.' },
      retry_after_seconds: 30,
    });
    expect(taken(plane)).toEqual(before);
    expect(await askTimes(plane, "other", 3)).toEqual([200, 200, 200]);
    plane.advance(30 * SECOND);
    expect(await askTimes(plane, "bot", 2)).toEqual([200, "throttled"]);
  });

  test("gives no place to a call that a later gate refuses", async () => {
    using plane = openThrottled({ rate: "2/min" }, { agents: { "*": { quota: { max_input_tokens: 100 } } } });
    await ask(plane, "bot");
    const long = chat("a long story ".repeat(200));
    for (let count = 0; count < 5; count++) expect(await ask(plane, "bot", long)).toBe("quota_exceeded");
    expect(await askTimes(plane, "bot", 3)).toEqual([200, 200, "throttled"]);
  });

  test("holds on for hold_seconds after the condition has ended, and not longer", async () => {
    // Settled an hour ago, it counts no more.
    using plane = openThrottled({ rate: "1/hour", hold_seconds: 90 }, {}, "calls_this_hour >= 1");
    plane.advance(59 * MINUTE);
    expect(await askTimes(plane, "bot", 3)).toEqual([200, 200, "throttled"]);
    plane.advance(MINUTE);
    expect(await ask(plane, "bot")).toBe("throttled");
    plane.advance(30 * SECOND);
    expect(await ask(plane, "bot")).toBe(200);
  });
});

describe("a throttle by delay", () => {
  const LIMITED = { agents: { "*": { rate_limit: "2/hour", budget: { max_cost_per_day: 1 } } } };
  const open = (more: object = LIMITED) => openThrottled({ delay_ms: 5_000 }, more);

  test("holds each call back, which has taken nothing meanwhile, and forwards it then", async () => {
    using plane = open();
    await ask(plane, "bot");
    const before = taken(plane);
    const late = [plane.send("/agents/bot/openai", chat()), plane.send("/agents/bot/openai", chat())];
    await turn();
    expect([taken(plane), plane.sent.length]).toEqual([before, 1]);
    plane.tick();
    expect((await Promise.all(late)).map(outcomeOf)).toEqual([200, "rate_limited"]);
    expect(plane.sent).toHaveLength(2);
  });

  test("runs all gates again when the time is over", async () => {
    using plane = open();
    await ask(plane, "bot");
    const late = plane.send("/agents/bot/openai", chat());
    await turn();
    const since = Date.UTC(2026, 0, 15, 12);
    const cause = { by: "person", note: null } as const;
    plane.gateway.controls.pause({ agent: "bot", since, until: null, cause }, since);
    plane.tick();
    expect(outcomeOf(await late)).toBe("agent_deactivated");
    expect(plane.sent).toHaveLength(1);
  });

  test("lets go of a call whose client leaves meanwhile", async () => {
    using plane = open();
    await ask(plane, "bot");
    const before = taken(plane);
    const client = new AbortController();
    const late = plane.send("/agents/bot/openai", { ...chat(), signal: client.signal });
    await turn();
    client.abort();
    await late;
    plane.tick();
    expect([taken(plane), plane.sent.length]).toEqual([before, 1]);
    expect(await ask(plane, "bot")).toBe(200);
  });

  test("of another agent holds nobody else back", async () => {
    using plane = open();
    await ask(plane, "bot");
    const late = plane.send("/agents/bot/openai", chat());
    expect((await plane.send("/agents/other/openai", chat())).status).toBe(200);
    plane.tick();
    expect((await late).status).toBe(200);
  });
});
