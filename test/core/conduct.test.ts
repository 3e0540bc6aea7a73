import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { BURST_ERRORS, KNOWN_MODELS, LONGEST_MODEL_NAME, LOSSES } from "../../server/core/conduct.ts";
import { LEARNING } from "../../server/core/habit.ts";
import { follow, MINUTE, terms } from "../support/trust.ts";

describe("an anomaly", () => {
  test("is a burst of the agent's own errors, when they are at least half of its calls", () => {
    const agent = follow().sees({ status: 400 }, BURST_ERRORS - 1);
    expect(agent.lost).toEqual([]);
    expect(agent.sees({ status: 404 }).lost).toEqual(["error_burst"]);
    expect(follow().sees({}, 20).sees({ status: 400 }, BURST_ERRORS).lost).toEqual([]);
  });

  test("is not what a provider, an account or a lost connection does", () => {
    for (const status of [402, 408, 429, 500, 529, null])
      expect(follow().sees({ status }, 20).lost).toEqual([]);
  });

  test("is a rate far above the agent's own, at once and not only when the interval ends", () => {
    const agent = follow().passes(LEARNING, 10).sees({}, 60);
    expect(agent.lost).toEqual(["rate_anomaly"]);
    expect(follow().passes(LEARNING, 10).sees({}, 20).lost).toEqual([]);
  });

  test("is no rate that piled up because a tick came late", () => {
    const agent = follow().passes(LEARNING, 10);
    agent.now += 10 * MINUTE;
    expect(agent.sees({}, 60).lost).toEqual([]);
  });

  test("is no rate where the interval has another length than the one learnt from", () => {
    const agent = follow().passes(LEARNING, 10);
    agent.terms = { ...terms, interval: 10 * MINUTE };
    agent.passes(1, 10);
    expect(agent.passes(LEARNING + 5, 100).lost).toEqual([]);
  });

  test("is not made by time in which nobody watched", () => {
    const agent = follow().passes(LEARNING, 10);
    for (let night = 0; night < 50; night++) {
      agent.sees({}).now += 600 * MINUTE;
      agent.passes();
    }
    expect(agent.sees({}, 20).lost).toEqual([]);
  });

  test("is not made by idle hours between bursts that are alike", () => {
    const agent = follow();
    for (let day = 0; day < 10; day++) agent.passes(5, 30).passes(200);
    expect(agent.lost).toEqual([]);
  });

  test("is a call that costs far more than the agent's own, and not one of unknown price", () => {
    const agent = follow().passes(1, LEARNING);
    expect(agent.sees({ costNano: null }).lost).toEqual([]);
    expect(agent.sees({ costNano: 5000 }).lost).toEqual(["cost_anomaly"]);
  });

  test("is a model outside the agent's habit, once it has one, and only the first time", () => {
    const agent = follow()
      .sees({ model: "a" })
      .sees({ model: "b" }, LEARNING - 1);
    expect(agent.lost).toEqual([]);
    agent.sees({ model: "c" }).passes();
    expect(agent.lost).toEqual(["new_model"]);
    agent.sees({ model: "c" }).sees({ model: "a" }).sees({ model: null });
    expect(agent.lost).toEqual(["new_model"]);
  });

  test("is not the agent's main model after many others have come and gone", () => {
    const agent = follow().sees({}, LEARNING);
    for (let index = 0; index < KNOWN_MODELS * 2; index++) {
      agent.sees({ model: `other-${index}` }).passes();
      const before = agent.lost.length;
      agent.sees({});
      expect(agent.lost.length).toBe(before);
    }
  });

  test("is a change of owner, each time; a call without one is none", () => {
    const agent = follow()
      .sees({ owner: null })
      .sees({ owner: "a" })
      .sees({ owner: null })
      .sees({ owner: "a" });
    expect(agent.lost).toEqual([]);
    agent.sees({ owner: null }).sees({ owner: "b" }).passes().sees({ owner: "a" });
    expect(agent.lost).toEqual(["owner_change", "owner_change"]);
  });

  test("stands in docs/trust.md with its points, and no other does", async () => {
    const page = await Bun.file(join(import.meta.dir, "../../docs/trust.md")).text();
    const rows = [...page.matchAll(/^\| `(\w+)` +\| (\d+) +\|/gm)];
    const documented = rows.map(([, loss, points]) => [loss, Number(points)]);
    expect(documented.toSorted()).toEqual(Object.entries(LOSSES).toSorted());
  });
});

test("hostile model names grow the state no further than its bound", () => {
  const agent = follow();
  for (let index = 0; index < 500; index++) {
    agent
      .sees({ model: `${index}`.padEnd(LONGEST_MODEL_NAME, "x") })
      .sees({ model: "x".repeat(100_000 + index) });
  }
  expect(agent.state.conduct.models).toHaveLength(KNOWN_MODELS);
  expect(JSON.stringify(agent.state).length).toBeLessThan(8192);
});
