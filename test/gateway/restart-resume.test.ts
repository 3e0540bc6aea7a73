/** A person's resume over a restart: for policies that pause only later calls count. */
import { describe, expect, test } from "bun:test";
import { type DataPlane, openDataPlane } from "../support/data-plane.ts";
import { ask, askTimes, notesOf, works } from "../support/governed.ts";
import { makeTempFolder } from "../support/temp.ts";

const NOON = Date.UTC(2026, 0, 15, 12);
/** A call costs 450,000 nano-dollars: the fourth one finds that three have settled. */
const CONFIG = `
trust: { enabled: false }
loops: { action: off }
policies: [{ name: spent, condition: "total_cost > 0.0009", action: pause }]
`;

function makeHouse(config = CONFIG) {
  const folder = makeTempFolder("restart");
  return {
    start: (minute = 0) =>
      openDataPlane({ config, upstream: works, folder: folder.path, start: NOON + minute * 60_000 }),
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  };
}

const resume = (plane: DataPlane, agent: string): boolean =>
  plane.gateway.controls.resume(agent, "person", NOON);
const pausesOf = (plane: DataPlane) =>
  notesOf(plane, "agent").filter(({ event }) => event === "agent.paused");

describe("an agent that a person has resumed", () => {
  test("is not paused again after a restart for what it did before, but for what it does then", async () => {
    using house = makeHouse();
    {
      using plane = house.start();
      expect(await askTimes(plane, "bot", 4)).toEqual([200, 200, 200, "agent_deactivated"]);
      expect(resume(plane, "bot")).toBe(true);
    }
    using plane = house.start(1);
    expect(await askTimes(plane, "bot", 4)).toEqual([200, 200, 200, "agent_deactivated"]);
    expect(pausesOf(plane)).toHaveLength(1);
  });

  test("keeps what it had left to do when it was restarted midway, however often", async () => {
    using house = makeHouse();
    {
      using plane = house.start();
      await askTimes(plane, "bot", 3);
      resume(plane, "bot");
    }
    for (const minute of [1, 2]) {
      using plane = house.start(minute);
      expect(await ask(plane, "bot")).toBe(200);
    }
    using plane = house.start(3);
    expect(await askTimes(plane, "bot", 2)).toEqual([200, "agent_deactivated"]);
  });

  test("is the only one that is forgiven: a pause that ends by itself forgives nobody", async () => {
    const timed = CONFIG.replace("action: pause", "action: pause, params: { duration: 1m }");
    using house = makeHouse(timed);
    {
      using plane = house.start();
      await askTimes(plane, "bot", 3);
      await askTimes(plane, "other", 3);
      resume(plane, "bot");
      plane.advance(61_000);
      plane.tick();
      expect(plane.gateway.controls.pauses.find("other")).toBeNull();
      expect(plane.store.state.readResumes().map(({ agent }) => agent)).toEqual(["bot"]);
    }
    using plane = house.start(2);
    expect(await ask(plane, "bot")).toBe(200);
  });
});

test("a pause by a person stays over a restart until a person resumes the agent", async () => {
  using house = makeHouse();
  {
    using plane = house.start();
    await ask(plane, "bot");
    plane.gateway.controls.pause(
      { agent: "bot", since: NOON, until: null, cause: { by: "person", note: null } },
      NOON,
    );
  }
  using plane = house.start(600);
  expect([await ask(plane, "bot"), await ask(plane, "other")]).toEqual(["agent_deactivated", 200]);
  resume(plane, "bot");
  expect(await ask(plane, "bot")).toBe(200);
});
