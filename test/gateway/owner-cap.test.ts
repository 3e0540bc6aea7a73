/** An owner's cap holds from its very first call on (SPEC 7.1, 7.2). */
import { describe, expect, test } from "bun:test";
import { openDataPlane } from "../support/data-plane.ts";
import { chat, createValve, outcomeOf, turn } from "../support/governed.ts";

const USD = 1e9;

describe("an owner that nobody has been charged to", () => {
  test("has what its first call holds held of its cap, and gets it back", async () => {
    const valve = createValve();
    using plane = openDataPlane({ config: "agents: { '*': { owner: team } }", upstream: valve.upstream });
    const first = plane.send("/agents/bot/openai", chat());
    await turn();
    const held = plane.fleet.agents.get("bot")?.money.held ?? 0;
    expect(held).toBeGreaterThan(0);
    expect(plane.fleet.owner("team").money.held).toBe(held);
    valve.answer();
    expect(outcomeOf(await first)).toBe(200);
    expect(plane.fleet.owner("team").money.held).toBe(0);
    expect(plane.fleet.owner("team").money.spent("total")).toBe(plane.fleet.gateway.money.spent("total"));
  });

  test("is not overspent by calls of several agents that begin together", async () => {
    const valve = createValve();
    using plane = openDataPlane({
      config: `
pricing: { models: { m: { input: 0, output: 1000 } } }
agents: { a: { owner: team }, b: { owner: team } }
owners: { team: { budget: { max_cost_total: 1.5 } } }`,
      upstream: valve.upstream,
    });
    const ask = (agent: string) =>
      plane.send(`/agents/${agent}/openai`, chat("hi", {}, { model: "m", max_tokens: 1_000 }));
    const calls = [ask("a"), ask("b")];
    await turn();
    // A dollar each: the second fits the cap, and not beside the first.
    expect(plane.sent).toHaveLength(1);
    expect(plane.fleet.owner("team").money.held).toBe(USD);
    valve.answer();
    expect(outcomeOf((await calls[0]) as Response)).toBe(200);
    await turn();
    expect(plane.sent).toHaveLength(2);
    valve.answer();
    expect(outcomeOf((await calls[1]) as Response)).toBe(200);
    expect(plane.fleet.owner("team").money.held).toBe(0);
    expect(plane.fleet.owner("team").money.spent("total")).toBe(USD);
  });
});
