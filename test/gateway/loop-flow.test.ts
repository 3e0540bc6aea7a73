/** Loops through the whole gateway (SPEC 11): an agent that says nearly the same again and again. */
import { describe, expect, test } from "bun:test";
import { type DataPlane, json, openDataPlane } from "../support/data-plane.ts";
import { ANSWER, ask, chat, createValve, notesOf, outcomeOf, taken, turn } from "../support/governed.ts";

const NOON = Date.UTC(2026, 0, 15, 12);
const HOUR = 3_600_000;

const open = (action: "alert" | "pause" | "off", agent: object = {}) =>
  openDataPlane({
    config: JSON.stringify({
      loops: { window: 5, threshold: 3, action },
      agents: { "*": agent },
    }),
    upstream: () => json(ANSWER),
  });

async function say(plane: DataPlane, ...all: string[]): Promise<(string | number)[]> {
  const outcomes = [];
  for (const said of all) outcomes.push(await ask(plane, "bot", chat(said)));
  return outcomes;
}

const found = (plane: DataPlane) => notesOf(plane, "agent").filter(({ event }) => event === "loop.detected");

describe("a loop that is told", () => {
  test("passes, is written down once while it lasts and once more when it begins anew, and costs trust", async () => {
    using plane = open("alert");
    expect(await say(plane, "go on", "go on", "go on", "go on", "go on")).toEqual([200, 200, 200, 200, 200]);
    const line = { event: "loop.detected", agent: "bot", window: 5, threshold: 3, action: "alert" };
    expect(found(plane)).toEqual([line]);
    expect(notesOf(plane, "trust")).toMatchObject([{ event: "trust.lost", reason: "loop", points: 10 }]);
    await say(plane, "a", "b", "c", "d", "go on", "go on", "go on");
    expect(found(plane)).toEqual([line, line]);
    expect(plane.sent).toHaveLength(12);
  });

  test("is made of what is nearly the same, and by nobody but the agent that says it", async () => {
    using plane = open("alert");
    await say(plane, "Fetch  page 17", "fetch page 18");
    await ask(plane, "other", chat("fetch page 19"));
    expect(found(plane)).toEqual([]);
    await say(plane, "FETCH page 20");
    expect(found(plane)).toMatchObject([{ agent: "bot" }]);
  });

  test("is none where the turns differ, the questions be alike or not", async () => {
    using plane = open("pause");
    const conversation = (answers: string[]) =>
      answers.flatMap((content) => [
        { role: "user", content: "go on" },
        { role: "assistant", content },
      ]);
    for (const said of ["red", "blue", "green", "brown", "white", "black"]) {
      const messages = [...conversation(["x", "y"]), { role: "user", content: said }];
      expect(await ask(plane, "bot", chat("", {}, { messages }))).toBe(200);
    }
    expect(await say(plane, "a", "b", "a", "b", "c", "d", "e", "a")).toEqual(Array(8).fill(200));
    expect(plane.gateway.controls.pauses.find("bot")).toBeNull();
  });
});

describe("a loop that pauses", () => {
  test("is refused at the call that makes it, holds until a person resumes the agent, and is counted anew then", async () => {
    using plane = open("pause");
    expect(await say(plane, "go on", "go on")).toEqual([200, 200]);
    const before = taken(plane);
    const refused = await plane.send("/agents/bot/openai", chat("go on", { "x-tollgate-on-block": "error" }));
    expect([refused.status, outcomeOf(refused)]).toEqual([403, "loop_detected"]);
    expect(await refused.text()).toContain("tollgate pause bot --resume");
    expect(taken(plane)).toEqual(before);
    plane.advance(24 * HOUR);
    plane.tick();
    expect(await say(plane, "something else")).toEqual(["loop_detected"]);
    expect(await ask(plane, "other", chat("go on"))).toBe(200);
    expect(notesOf(plane, "agent").slice(1, 2)).toMatchObject([
      { event: "agent.paused", by: "loop", until: null },
    ]);
    expect(notesOf(plane, "trust")).toMatchObject([{ event: "trust.lost", reason: "loop" }]);

    expect(plane.gateway.controls.resume("bot", "person", NOON)).toBe(true);
    expect(await say(plane, "go on", "go on", "go on")).toEqual([200, 200, "loop_detected"]);
  });

  test("is not made by calls that are refused: those took no turn", async () => {
    using plane = open("pause", { models: { deny: ["gpt-4"] }, rate_limit: "2/hour" });
    const denied = chat("go on", {}, { model: "gpt-4" });
    for (let count = 0; count < 4; count++) expect(await ask(plane, "bot", denied)).toBe("model_not_allowed");
    expect(await say(plane, "go on", "x", "go on", "go on")).toEqual([
      200,
      200,
      "rate_limited",
      "rate_limited",
    ]);
    plane.advance(HOUR);
    expect(await say(plane, "go on", "go on")).toEqual([200, "loop_detected"]);
  });

  test("counts calls that are still in flight", async () => {
    const valve = createValve();
    const config = "loops: { window: 5, threshold: 3, action: pause }";
    using plane = openDataPlane({ config, upstream: valve.upstream });
    const calls = [1, 2, 3, 4].map(() => plane.send("/agents/bot/openai", chat("go on")));
    await turn();
    expect(valve.waiting).toHaveLength(2);
    valve.answer();
    valve.answer();
    const outcomes = (await Promise.all(calls)).map(outcomeOf);
    expect(outcomes).toEqual([200, 200, "loop_detected", "loop_detected"]);
    expect(plane.store.holds.size).toBe(0);
  });
});

test("where nothing is compared nobody loops, and what was said before counts no more", async () => {
  using plane = open("alert");
  await say(plane, "go on", "go on");
  plane.configure("loops: { window: 5, threshold: 3, action: off }");
  expect(await say(plane, "go on", "go on", "go on")).toEqual([200, 200, 200]);
  plane.configure("loops: { window: 5, threshold: 3, action: pause }");
  expect(await say(plane, "go on", "go on", "go on")).toEqual([200, 200, "loop_detected"]);
});
