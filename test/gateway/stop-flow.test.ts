/** Calls that the gateway itself ends before their answer has begun: told like any refusal, and nobody's error (SPEC 6.3, 6.5, 7.5). */
import { describe, expect, test } from "bun:test";
import { type DataPlane, openDataPlane } from "../support/data-plane.ts";
import { createValve } from "../support/governed.ts";
import {
  agentOf,
  CHAT,
  call,
  moneyOf,
  PRICED,
  request,
  turn,
  until,
  WIRES,
  type Wire,
} from "./budget-support.ts";

const REASONING: Wire = { ...CHAT, body: (asked) => ({ ...CHAT.body(asked), model: "o3" }) };
const TOLD = "[Tollgate] Request blocked: agent_deactivated";

/** Ends a call of `bot` before an answer has begun. */
async function kill(plane: DataPlane, wire: Wire, stream: boolean, headers = {}): Promise<Response> {
  const sent = plane.sent.length;
  const asked = { stream, ceiling: 100 };
  const answer = plane.send(`/agents/bot/${wire.path(stream)}`, request(wire, asked, { headers }));
  await until(() => plane.sent.length > sent, "the request leaves");
  plane.gateway.kill("bot");
  return answer;
}

function errorsOf(plane: DataPlane): number {
  return agentOf(plane, "bot").hour.errors;
}

describe("a call whose agent is ended before the answer has begun", () => {
  test.each(WIRES)("is told so as an answer of its provider: $name", async (wire) => {
    for (const stream of [false, true]) {
      using plane = openDataPlane({ config: PRICED, upstream: createValve().upstream });
      const answer = await kill(plane, wire, stream);
      expect([answer.status, answer.headers.get("x-tollgate-blocked")]).toEqual([200, "agent_deactivated"]);
      const text = await answer.text();
      expect(text).toContain(TOLD);
      expect(text).toContain("blocked-");
      expect(plane.calls()).toMatchObject([{ status: 200, ending: "cut", error: "agent_deactivated" }]);
      expect(plane.calls()[0]?.cost_nano).toBeGreaterThan(0);
      expect([errorsOf(plane), moneyOf(plane, "bot").held, plane.gateway.inFlight]).toEqual([0, 0, 0]);
    }
  });

  test("is told an error where one was asked for, which is not the agent's either", async () => {
    using plane = openDataPlane({ config: PRICED, upstream: createValve().upstream });
    const answer = await kill(plane, CHAT, true, { "x-tollgate-on-block": "error" });
    expect([answer.status, answer.headers.get("x-should-retry")]).toEqual([403, "false"]);
    expect(await answer.json()).toMatchObject({ error: { code: "agent_deactivated" } });
    expect(plane.calls()).toMatchObject([{ status: 403, ending: "cut" }]);
    expect(errorsOf(plane)).toBe(0);
  });

  test("leaves a breaker as it was", async () => {
    const config = "agents: { bot: { circuit_breaker: { error_threshold: 1 } } }";
    using plane = openDataPlane({ config, upstream: createValve().upstream });
    await kill(plane, CHAT, false);
    expect(plane.gateway.controls.breakers.states("bot")).toEqual([]);
  });
});

test("a call that outgrows its budget before its answer has begun is told so as an answer, and is no error", async () => {
  const config = `${PRICED}agents: { "*": { budget: { max_cost_total: 0.03 } } }`;
  using plane = openDataPlane({ config, upstream: createValve().upstream });
  const answer = call(plane, "bot", REASONING, { stream: true, ceiling: 2_900 });
  await until(() => plane.sent.length === 1, "the request leaves");
  // Somebody else's call settles in between: what is left is less than this one's ceiling.
  agentOf(plane, "bot").total.costNano += 15_000_000;
  plane.advance(5_000);
  plane.tick();
  await turn();
  const told = await answer;
  expect([told.status, told.headers.get("content-type")]).toEqual([
    200,
    expect.stringContaining("event-stream"),
  ]);
  expect(await told.text()).toContain("[Tollgate] Request blocked: budget_exceeded");
  expect(plane.calls()).toMatchObject([{ status: 200, ending: "cut", error: "budget_exceeded" }]);
  expect([errorsOf(plane), moneyOf(plane, "bot").held]).toEqual([0, 0]);
});

test("a call that the provider fails is the agent's error all the same", async () => {
  const failing = () => Response.json({ error: { message: "no" } }, { status: 400 });
  using plane = openDataPlane({ config: PRICED, upstream: failing });
  await call(plane, "bot", CHAT, { ceiling: 100 });
  expect(errorsOf(plane)).toBe(1);
});
