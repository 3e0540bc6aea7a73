/** Calls that wait for a slot (SPEC 6.2, 12.6): they have taken nothing, and go through every gate again in their turn. */
import { describe, expect, test } from "bun:test";
import { json } from "../support/data-plane.ts";
import { ANSWER, outcomeOf, taken, turn } from "../support/governed.ts";
import { occupancy, openSlots, send } from "./lane-support.ts";

const SECOND = 1_000;
const NOON = Date.UTC(2026, 0, 15, 12);

describe("a call that waits", () => {
  /** One call in flight, and what was taken by it. */
  async function fill(template: object = {}) {
    const opened = openSlots(1, template);
    const { plane } = opened;
    const first = send(plane, "first");
    plane.fleet.meet("bot", NOON);
    await turn();
    return { ...opened, first, before: taken(plane) };
  }

  test("has taken nothing; its rate is consumed when it starts", async () => {
    const limits = {
      rate_limit: { max_requests: 2, window_seconds: 3_600 },
      budget: { max_cost_per_day: 1 },
    };
    const { plane, valve, first, before } = await fill({ ...limits, quota: { requests_per_hour: 10 } });
    using _ = plane;
    const calls = [send(plane, "bot"), send(plane, "bot"), send(plane, "bot")];
    await turn();
    expect(taken(plane)).toEqual(before);
    for (let count = 0; count < 3; count++) {
      valve.answer();
      await turn();
    }
    expect((await Promise.all([first, ...calls])).map(outcomeOf)).toEqual([200, 200, 200, "rate_limited"]);
    expect(plane.fleet.agents.get("bot")).toMatchObject({ admitted: { hour: 2 }, money: { held: 0 } });
  });

  test.each(["agent_deactivated", "budget_exceeded", "breaker_open"])(
    "runs the whole list again in its turn: %s",
    async (reason) => {
      const template = { budget: { max_cost_per_day: 0.0005 }, circuit_breaker: { error_threshold: 1 } };
      const { plane, valve, first } = await fill(reason === "agent_deactivated" ? {} : template);
      using _ = plane;
      const agent = reason === "agent_deactivated" ? "bot" : "first";
      const call = send(plane, agent);
      await turn();
      expect(occupancy(plane)?.waiting.normal).toBe(1);
      const cause = { by: "person", note: null } as const;
      if (reason === "agent_deactivated")
        plane.gateway.controls.pause({ agent, since: NOON, until: null, cause }, NOON);
      valve.answer(reason === "breaker_open" ? json({}, { status: 500 }) : json(ANSWER));
      await first;
      expect(outcomeOf(await call)).toBe(reason);
      expect(plane.sent).toHaveLength(1);
      expect([occupancy(plane), plane.store.holds.size]).toEqual([undefined, 0]);
    },
  );

  test("and is refused in its turn leaves it to the next one in the same turn of the loop", async () => {
    const { plane, valve, first } = await fill();
    using _ = plane;
    const [refused, next] = [send(plane, "bot"), send(plane, "other")];
    await turn();
    const cause = { by: "person", note: null } as const;
    plane.gateway.controls.pause({ agent: "bot", since: NOON, until: null, cause }, NOON);
    valve.answer();
    await first;
    expect(outcomeOf(await refused)).toBe("agent_deactivated");
    expect(occupancy(plane)).toMatchObject({ inUse: { normal: 1 }, waiting: { normal: 0 } });
    valve.answer();
    expect((await next).status).toBe(200);
  });

  test("is let go when its client leaves, and holds up nobody behind it", async () => {
    const { plane, valve, first, before } = await fill();
    using _ = plane;
    const client = new AbortController();
    const gone = send(plane, "bot", client.signal);
    const next = send(plane, "bot");
    await turn();
    client.abort();
    await gone;
    expect([taken(plane), occupancy(plane)?.waiting.normal]).toEqual([before, 1]);
    valve.answer();
    await first;
    await turn();
    valve.answer();
    expect((await next).status).toBe(200);
    expect(plane.calls()).toHaveLength(2);
    expect(plane.lines.some(({ type }) => type === "blocked")).toBe(false);
  });

  test("for 30 s is told queue_timeout, not before, and is out of the queue then", async () => {
    const { plane, valve, first, before } = await fill();
    using _ = plane;
    const call = send(plane, "bot");
    await turn();
    plane.advance(30 * SECOND - 1);
    plane.tick();
    expect(occupancy(plane)?.waiting.normal).toBe(1);
    plane.advance(1);
    plane.tick();
    const refused = await call;
    expect([refused.status, outcomeOf(refused), refused.headers.get("retry-after")]).toEqual([
      503,
      "queue_timeout",
      "1",
    ]);
    expect([taken(plane), occupancy(plane)?.waiting.normal]).toEqual([before, 0]);
    expect(plane.fleet.agents.get("bot")?.hour).toMatchObject({ calls: 0, errors: 0, blocked: 1 });
    valve.answer();
    await first;
    expect(plane.sent).toHaveLength(1);
  });

  test("is one of a thousand in its lane at most; the next one is told queue_full, other lanes have room", async () => {
    const { plane, first, valve } = await fill();
    using _ = plane;
    const client = new AbortController();
    const waiting = Array.from({ length: 1_000 }, () => send(plane, "low", client.signal));
    await turn();
    const refused = await send(plane, "low");
    expect([refused.status, outcomeOf(refused), refused.headers.get("retry-after")]).toEqual([
      503,
      "queue_full",
      "1",
    ]);
    const high = send(plane, "high");
    await turn();
    expect(occupancy(plane)?.waiting).toEqual({ high: 1, normal: 0, low: 1_000 });
    valve.answer();
    await first;
    await turn();
    expect(occupancy(plane)?.inUse).toEqual({ high: 1, normal: 0, low: 0 });
    client.abort();
    await Promise.all(waiting);
    valve.answer();
    expect((await high).status).toBe(200);
    expect(occupancy(plane)).toBeUndefined();
  });
});
