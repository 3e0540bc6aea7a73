/** A clock that is set by hours, back or forward: nobody is kept waiting until it has caught up, and no sum is lost. */
import { describe, expect, test } from "bun:test";
import { type DataPlane, openDataPlane } from "../support/data-plane.ts";
import {
  ask,
  askTimes,
  chat,
  createValve,
  notesOf,
  openSick,
  outcomeOf,
  turn,
  works,
} from "../support/governed.ts";
import { makeTempFolder } from "../support/temp.ts";
import { moneyOf } from "./budget-support.ts";

const CALM = "trust: { enabled: false }\nloops: { action: off }\n";
const SECOND = 1_000;
const HOUR = 3_600_000;
const COST = 450_000;
const DIRECTIONS = [
  ["back", -5 * HOUR],
  ["forward", 5 * HOUR],
] as const;

const openValve = (config: string) => {
  const valve = createValve();
  return { valve, plane: openDataPlane({ config: CALM + config, upstream: valve.upstream }) };
};
const nothingHeld = (plane: DataPlane, agent = "bot") =>
  expect([moneyOf(plane, agent).held, plane.store.holds.size, plane.gateway.inFlight]).toEqual([0, 0, 0]);

describe.each(DIRECTIONS)("a clock that is set %s by hours", (_, jump) => {
  test("ends a call whose upstream is silent, which gives back what it has taken", async () => {
    const { plane } = openValve("agents: { bot: { budget: { max_cost_per_day: 1 } } }");
    using _plane = plane;
    const call = plane.send("/agents/bot/openai", chat());
    await turn();
    plane.tick();
    plane.advance(jump);
    plane.tick();
    expect((await call).status).toBe(504);
    nothingHeld(plane);
    expect(plane.calls()[0]?.latency_ms).toBeGreaterThanOrEqual(0);
  });

  test("ends every wait: for a slot, and for others' holds", async () => {
    for (const [config, reason] of [
      ["providers: { openai: { max_concurrency: 1 } }", "queue_timeout"],
      ["agents: { bot: { budget: { max_cost_total: 0.0001 } } }", "budget_busy"],
    ] as const) {
      const { plane } = openValve(config);
      using _plane = plane;
      const first = plane.send("/agents/bot/openai", chat());
      const second = plane.send("/agents/bot/openai", chat());
      await turn();
      plane.tick();
      plane.advance(jump);
      plane.tick();
      const [ended, late] = await Promise.all([first, plane.drive(second)]);
      expect([ended.status, outcomeOf(late)]).toEqual([504, reason]);
    }
  });

  test("leaves nobody throttled or behind an open breaker for longer than the rule says", async () => {
    const config = `${CALM}
agents: { "*": { circuit_breaker: { error_threshold: 1, reset_timeout: 30s } } }
policies:
  - name: slow
    condition: "agent_id == 'slowed' && call_count == 0"
    action: throttle
    params: { rate: 1/hour, hold_seconds: 60 }
`;
    const { plane, health } = openSick(config);
    using _plane = plane;
    expect(await askTimes(plane, "failing", 2)).toEqual([500, "breaker_open"]);
    expect(await askTimes(plane, "slowed", 2)).toEqual([500, "throttled"]);
    plane.advance(jump);
    health.answer = works;
    expect(await askTimes(plane, "failing", 2)).toEqual([200, 200]);
    expect(await askTimes(plane, "slowed", 2)).toEqual([200, 200]);
  });

  test("ends a pause that has a time, and no other", async () => {
    using plane = openDataPlane({ config: CALM, upstream: works });
    const { controls } = plane.gateway;
    const now = Date.UTC(2026, 0, 15, 12);
    const cause = { by: "person", note: null } as const;
    controls.pause({ agent: "timed", since: now, until: now + HOUR, cause }, now);
    controls.pause({ agent: "lasting", since: now, until: null, cause }, now);
    expect([await ask(plane, "timed"), await ask(plane, "lasting")]).toEqual([
      "agent_deactivated",
      "agent_deactivated",
    ]);
    plane.advance(jump);
    plane.tick();
    expect([await ask(plane, "timed"), await ask(plane, "lasting")]).toEqual([200, "agent_deactivated"]);
  });

  test("writes down the refusals that were folded", async () => {
    using plane = openDataPlane({
      config: `${CALM}providers: { openai: { enabled: false } }`,
      upstream: works,
    });
    expect(await askTimes(plane, "bot", 15)).toEqual(Array(15).fill("provider_deactivated"));
    plane.advance(jump);
    plane.tick();
    const lines = plane.lines.filter((line) => line.type === "blocked");
    expect(lines.reduce((sum, { count = 1 }) => sum + count, 0)).toBe(15);
    expect(await ask(plane, "bot")).toBe("provider_deactivated");
  });
});

test("a clock that is set back by a second ends nothing and lifts nothing", async () => {
  const { plane, valve } = openValve("providers: { openai: { max_concurrency: 1 } }");
  using _ = plane;
  const calls = [plane.send("/agents/bot/openai", chat()), plane.send("/agents/bot/openai", chat())];
  await turn();
  plane.tick();
  const now = Date.UTC(2026, 0, 15, 12);
  const cause = { by: "person", note: null } as const;
  plane.gateway.controls.pause({ agent: "timed", since: now, until: now + HOUR, cause }, now);
  plane.advance(-SECOND);
  plane.tick();
  expect([plane.gateway.inFlight, await ask(plane, "timed")]).toEqual([1, "agent_deactivated"]);
  valve.answer();
  await turn();
  valve.answer();
  for (const { status } of await Promise.all(calls)) expect(status).toBe(200);
  nothingHeld(plane);
});

describe("what was spent in an hour and a day", () => {
  const config = `${CALM}agents: { bot: { owner: team, budget: { max_cost_per_hour: 0.0009, max_cost_per_day: 0.0013 } } }`;

  test("counts there again when the clock comes back to them", async () => {
    using plane = openDataPlane({ config, upstream: works });
    expect(await askTimes(plane, "bot", 3)).toEqual([200, 200, "budget_exceeded"]);
    plane.advance(-24 * HOUR);
    expect(await ask(plane, "bot")).toBe(200);
    expect(plane.fleet.agents.get("bot")).toMatchObject({
      hour: { costNano: COST },
      day: { costNano: COST },
      total: { costNano: 3 * COST },
      admitted: { hour: 1, day: 1 },
    });
    plane.advance(24 * HOUR);
    expect(await ask(plane, "bot")).toBe("budget_exceeded");
    for (const spender of [plane.fleet.owner("team"), plane.fleet.gateway]) {
      expect(spender).toMatchObject({ hour: { costNano: 2 * COST }, day: { costNano: 2 * COST } });
    }
    plane.advance(HOUR);
    expect(await askTimes(plane, "bot", 2)).toEqual([200, "budget_exceeded"]);
    expect(plane.fleet.agents.get("bot")?.admitted).toEqual({ hour: 1, day: 3 });
  });

  test("counts once for a call that settles in the turn in which the clock comes back", async () => {
    const { plane, valve } = openValve("");
    using _ = plane;
    const call = async (jump: number): Promise<void> => {
      const answer = plane.send("/agents/bot/openai", chat());
      await turn();
      plane.advance(jump);
      valve.answer();
      await answer;
    };
    await call(0);
    await call(-2 * HOUR);
    await call(2 * HOUR);
    expect(plane.fleet.agents.get("bot")).toMatchObject({
      hour: { calls: 2, costNano: 2 * COST },
      day: { calls: 3, costNano: 3 * COST },
    });
  });

  test("counts also where the gateway was started before the clock was set right", async () => {
    using folder = makeTempFolder("clock");
    const start = (hours: number) =>
      openDataPlane({
        config,
        upstream: works,
        folder: folder.path,
        start: Date.UTC(2026, 0, 15, 12) + hours * HOUR,
      });
    {
      using plane = start(0);
      expect(await askTimes(plane, "bot", 2)).toEqual([200, 200]);
    }
    using plane = start(-48);
    plane.advance(48 * HOUR);
    expect(await ask(plane, "bot")).toBe("budget_exceeded");
    expect(notesOf(plane, "agent").map(({ event }) => event)).toEqual(["agent.paused"]);
  });
});
