/** Money across a reload: spend and holds stay, caps act on the next call and the next extension (SPEC 1.6). */
import { describe, expect, test } from "bun:test";
import { manualStream, openDataPlane } from "../support/data-plane.ts";
import { ask, askTimes, chat, createValve, notesOf, outcomeOf, works } from "../support/governed.ts";
import { CHAT, call, moneyOf, PRICED, readerOf, saying, turn } from "./budget-support.ts";

/** The configuration in which this is the daily cap of `bot`, in dollars. */
const cappedAt = (dollars: number, more = "") =>
  `trust: { enabled: false }\nloops: { action: off }\n${more}\nagents: { bot: { budget: { max_cost_per_day: ${dollars} } } }`;
/** What a call of `chat` costs, in nano-dollars. */
const COST = 450_000;

describe("what was spent", () => {
  test("stays spent: a lower cap refuses the next call, a higher one lets it pass", async () => {
    using plane = openDataPlane({ config: cappedAt(1), upstream: works });
    expect(await askTimes(plane, "bot", 2)).toEqual([200, 200]);
    plane.configure(cappedAt(0.0009));
    expect(await ask(plane, "bot")).toBe("budget_exceeded");
    plane.configure(cappedAt(0.002));
    expect(await ask(plane, "bot")).toBe(200);
    expect(moneyOf(plane, "bot")).toEqual({ held: 0, spent: 3 * COST });
  });

  test("counts for the owner and the gateway, too, when they are given a cap", async () => {
    using plane = openDataPlane({ config: "agents: { '*': { owner: team } }", upstream: works });
    await ask(plane, "one");
    plane.configure(
      "agents: { '*': { owner: team } }\nowners: { team: { budget: { max_cost_total: 0.0004 } } }",
    );
    expect(await ask(plane, "two")).toBe("budget_exceeded");
    plane.configure("gateway: { budget: { max_cost_per_day: 0.0004 } }");
    expect(await ask(plane, "three")).toBe("budget_exceeded");
    plane.configure("");
    expect(await ask(plane, "two")).toBe(200);
  });
});

describe("an agent that is paused because its cap is used up", () => {
  test("goes on by itself when the cap is raised, although nobody calls", async () => {
    using plane = openDataPlane({ config: cappedAt(0.0005), upstream: works });
    expect(await askTimes(plane, "bot", 2)).toEqual([200, "budget_exceeded"]);
    expect(plane.gateway.controls.pauses.find("bot")).toMatchObject({ cause: { by: "budget" } });
    plane.configure(cappedAt(0.0005001));
    plane.tick();
    expect(plane.gateway.controls.pauses.find("bot")).not.toBeNull();
    plane.configure(cappedAt(1));
    plane.tick();
    expect(plane.gateway.controls.pauses.find("bot")).toBeNull();
    expect(notesOf(plane, "agent").map(({ event }) => event)).toEqual([
      "agent.created",
      "agent.paused",
      "agent.resumed",
    ]);
    expect(await ask(plane, "bot")).toBe(200);
  });

  test("stays paused where a person has paused it, whatever is raised", async () => {
    using plane = openDataPlane({ config: cappedAt(0.0005), upstream: works });
    const cause = { by: "person", note: null } as const;
    plane.gateway.controls.pause({ agent: "bot", since: 0, until: null, cause }, 0);
    plane.configure(cappedAt(1));
    plane.tick();
    expect(await ask(plane, "bot")).toBe("agent_deactivated");
  });
});

describe("a call in flight", () => {
  test("keeps its hold under a lower cap, and settles as it would have", async () => {
    const valve = createValve();
    using plane = openDataPlane({ config: cappedAt(1), upstream: valve.upstream });
    const first = plane.send("/agents/bot/openai", chat());
    await turn();
    const { held } = moneyOf(plane, "bot");
    plane.configure(cappedAt(0.00001));
    plane.tick();
    expect([held > 0, moneyOf(plane, "bot").held]).toEqual([true, held]);
    expect(await ask(plane, "bot")).toBe("budget_exceeded");
    valve.answer();
    expect((await first).status).toBe(200);
    expect(moneyOf(plane, "bot")).toEqual({ held: 0, spent: COST });
  });

  test("keeps the price that it began with", async () => {
    const valve = createValve();
    using plane = openDataPlane({ config: PRICED, upstream: valve.upstream });
    const first = call(plane, "bot", CHAT, { ceiling: 100 });
    await turn();
    plane.configure(PRICED.replace("input: 1, output: 10", "input: 2, output: 20"));
    const second = call(plane, "bot", CHAT, { ceiling: 100 });
    await turn();
    for (let answers = 0; answers < 2; answers++) valve.answer(Response.json(CHAT.answer(saying(10, 10))));
    for (const { status } of await Promise.all([first, second])) expect(status).toBe(200);
    expect(plane.calls().map(({ cost_nano }) => cost_nano)).toEqual([110_000, 220_000]);
  });

  test("that streams is not dropped; a lower cap acts when it needs more, and ends it well-formed", async () => {
    const upstream = manualStream();
    const tokens = (count: number) =>
      `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: "a".repeat(count * 3) } }] })}\n\n`;
    using plane = openDataPlane({
      config: `${PRICED}\nagents: { bot: { budget: { max_cost_per_day: 1 } } }`,
      upstream: ({ signal }) => {
        signal.addEventListener("abort", () => upstream.break("ABORT_ERR"));
        return upstream.response;
      },
    });
    const reader = readerOf(await call(plane, "bot", CHAT, { stream: true, ceiling: 10_000 }));
    const { held } = moneyOf(plane, "bot");
    plane.configure(`${PRICED}\nagents: { bot: { budget: { max_cost_per_day: 0.011 } } }`);
    plane.tick();
    upstream.push(tokens(400));
    await reader.more();
    expect(moneyOf(plane, "bot").held).toBe(held);
    upstream.push(tokens(600));
    await reader.more();
    expect(await reader.rest()).toContain("[DONE]");
    expect(plane.calls()).toMatchObject([{ ending: "cut", error: "budget_exceeded", status: 200 }]);
    expect([moneyOf(plane, "bot").held, plane.store.holds.size]).toEqual([0, 0]);
  });
});

describe("a call that waits for others' holds", () => {
  test("begins when the cap is raised, although nobody calls and nothing settles", async () => {
    const valve = createValve();
    using plane = openDataPlane({ config: cappedAt(0.0001), upstream: valve.upstream });
    const calls = [plane.send("/agents/bot/openai", chat()), plane.send("/agents/bot/openai", chat())];
    await turn();
    plane.tick();
    expect(valve.waiting).toHaveLength(1);
    plane.configure(cappedAt(1));
    plane.tick();
    await turn();
    expect(valve.waiting).toHaveLength(2);
    for (const _ of calls) valve.answer();
    for (const response of await Promise.all(calls)) expect(outcomeOf(response)).toBe(200);
    expect(moneyOf(plane, "bot")).toEqual({ held: 0, spent: 2 * COST });
  });

  test("is refused when the cap is lowered under what it needs", async () => {
    const valve = createValve();
    using plane = openDataPlane({ config: cappedAt(0.0001), upstream: valve.upstream });
    const first = plane.send("/agents/bot/openai", chat());
    const second = plane.send("/agents/bot/openai", chat());
    await turn();
    plane.configure(cappedAt(0.00001));
    plane.tick();
    expect(outcomeOf(await second)).toBe("budget_exceeded");
    valve.answer();
    expect([(await first).status, plane.sent.length]).toEqual([200, 1]);
  });
});
