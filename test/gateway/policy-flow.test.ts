/** Policies through the whole gateway (SPEC 10): what each action does to calls, and what it leaves alone. */
import { describe, expect, test } from "bun:test";
import { type DataPlane, type DataPlaneOptions, json, openDataPlane } from "../support/data-plane.ts";
import {
  ANSWER,
  ask,
  askTimes,
  chat,
  createValve,
  notesOf,
  outcomeOf,
  taken,
  turn,
} from "../support/governed.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const works = () => json(ANSWER);
/** As an error, so that its message can be read. */
const asError = chat("hi", { "x-tollgate-on-block": "error" });

const rule = (condition: string, action: string, params: object = {}, more: object = {}) => ({
  name: `${action}-rule`,
  condition,
  action,
  params,
  ...more,
});

function open(policies: object[], upstream: DataPlaneOptions["upstream"] = works, more: object = {}) {
  return openDataPlane({ config: JSON.stringify({ policies, ...more }), upstream });
}

const told = (plane: DataPlane) => notesOf(plane, "policy");

describe("deny", () => {
  test("refuses each call for which it is true, names the rule and not its condition, and takes nothing", async () => {
    using plane = open([rule("cost_this_hour > 0.0008 && model.startsWith('gpt')", "deny")]);
    expect(await askTimes(plane, "bot", 2)).toEqual([200, 200]);
    const before = taken(plane);
    const refused = await plane.send("/agents/bot/openai", chat());
    expect([refused.status, outcomeOf(refused), refused.headers.get("x-should-retry")]).toEqual([
      403,
      "policy_denied",
      "false",
    ]);
    const text = await refused.text();
    expect(text).toContain('The policy \\"deny-rule\\" denies this call');
    expect(text).not.toContain("cost_this_hour");
    expect(taken(plane)).toEqual(before);
    expect(await ask(plane, "other")).toBe(200);
    plane.advance(60 * MINUTE);
    expect(await ask(plane, "bot")).toBe(200);
    expect(plane.sent).toHaveLength(4);
    expect(told(plane)).toEqual([]);
  });

  test("reads what has settled, not what is in flight", async () => {
    const valve = createValve();
    using plane = open([rule("total_cost > 0.0004 || call_count >= 1", "deny")], valve.upstream);
    const calls = Array.from({ length: 4 }, () => plane.send("/agents/bot/openai", chat()));
    await turn();
    expect(valve.waiting).toHaveLength(4);
    for (const _ of calls) valve.answer();
    expect((await Promise.all(calls)).map(outcomeOf)).toEqual([200, 200, 200, 200]);
    expect(await ask(plane, "bot")).toBe("policy_denied");
  });

  test("with min_calls says nothing before", async () => {
    using plane = open([rule("error_rate > 0.5", "deny", { min_calls: 4 })], () => json({}, { status: 400 }));
    expect(await askTimes(plane, "bot", 5)).toEqual([400, 400, 400, 400, "policy_denied"]);
  });

  test("counts refusals as no errors and no calls", async () => {
    using plane = open([rule("error_rate > 0.1 || call_count > 3", "deny", { min_calls: 0 })], works, {
      agents: { "*": { rate_limit: { max_requests: 2, window_seconds: 60 } } },
    });
    expect(await askTimes(plane, "bot", 6)).toEqual([200, 200, ...Array(4).fill("rate_limited")]);
    plane.advance(MINUTE);
    expect(await askTimes(plane, "bot", 2)).toEqual([200, 200]);
    plane.advance(MINUTE);
    expect(await ask(plane, "bot")).toBe("policy_denied");
  });
});

describe("pause", () => {
  const failing = () => json({}, { status: 400 });

  test("begins when the condition becomes true, is told as agent_deactivated with the rule, and ends after its duration", async () => {
    using plane = open([rule("error_count >= 2", "pause", { duration: "10m" })], failing);
    expect(await askTimes(plane, "bot", 2)).toEqual([400, 400]);
    const { pauses } = plane.gateway.controls;
    expect(pauses.find("bot")).toMatchObject({ cause: { by: "policy", rule: "pause-rule" } });
    const before = taken(plane);
    const spoken = await plane.send("/agents/bot/openai", chat());
    expect([spoken.status, outcomeOf(spoken)]).toEqual([200, "agent_deactivated"]);
    expect(await spoken.json()).toMatchObject({
      id: expect.stringMatching(/^blocked-/),
      choices: [{ message: { content: "[Tollgate] Request blocked: agent_deactivated" } }],
    });
    const refused = await plane.send("/agents/bot/openai", asError);
    expect(refused.status).toBe(403);
    expect(await refused.text()).toContain('The policy \\"pause-rule\\" has paused the agent \\"bot\\"');
    expect(taken(plane)).toEqual(before);
    expect(await ask(plane, "other")).toBe(400);

    plane.advance(10 * MINUTE);
    plane.tick();
    expect(pauses.find("bot")).toBeNull();
    // It has stayed true all the while: once is enough.
    expect(await ask(plane, "bot")).toBe(400);
    expect(told(plane)).toEqual([{ event: "policy.paused", agent: "bot", rule: "pause-rule" }]);
    expect(plane.lines.flatMap((line) => (line.type === "agent" ? [line.event] : []))).toEqual([
      "agent.created",
      "agent.paused",
      "agent.created",
      "agent.resumed",
    ]);
  });

  test("without a duration holds until a person resumes the agent; then only later calls count", async () => {
    using plane = open([rule("error_count >= 2", "pause")], failing);
    await askTimes(plane, "bot", 2);
    plane.advance(48 * 60 * MINUTE);
    plane.tick();
    expect(await ask(plane, "bot")).toBe("agent_deactivated");
    expect(plane.gateway.controls.resume("bot", "person", Date.UTC(2026, 0, 17, 12))).toBe(true);
    expect(await askTimes(plane, "bot", 3)).toEqual([400, 400, "agent_deactivated"]);
  });

  test("refuses the very call at which it begins", async () => {
    using plane = open([rule("model == 'o3'", "pause", { duration: "1m" })]);
    expect(await ask(plane, "bot", chat("hi", {}, { model: "o3" }))).toBe("agent_deactivated");
    expect(await ask(plane, "bot")).toBe("agent_deactivated");
    expect(plane.sent).toHaveLength(0);
  });

  test("never shortens a pause by a person, nor one that only a person ends", async () => {
    const valve = createValve();
    using plane = open([rule("call_count >= 1", "pause", { duration: "1m" })], valve.upstream);
    const { controls } = plane.gateway;
    const since = Date.UTC(2026, 0, 15, 12);
    for (const [agent, cause] of [
      ["a", { by: "person", note: null }],
      ["b", { by: "loop" }],
      ["c", { by: "policy", rule: "another" }],
    ] as const) {
      const call = plane.send(`/agents/${agent}/openai`, chat());
      await turn();
      controls.pause({ agent, since, until: null, cause }, since);
      valve.answer();
      await call;
      expect(controls.pauses.find(agent)).toEqual({ agent, since, until: null, cause });
      plane.advance(2 * MINUTE);
      plane.tick();
      expect(controls.pauses.find(agent)).not.toBeNull();
    }
  });
});

describe("alert", () => {
  test("is written down once per cooldown and agent, and lets every call pass", async () => {
    using plane = open([rule("call_count >= 1", "alert", { cooldown: "15m" })]);
    expect(await askTimes(plane, "a", 3)).toEqual([200, 200, 200]);
    expect(await askTimes(plane, "b", 3)).toEqual([200, 200, 200]);
    plane.advance(14 * MINUTE);
    await ask(plane, "a");
    plane.advance(MINUTE);
    await ask(plane, "a");
    const alert = { event: "policy.alerted", rule: "alert-rule" };
    expect(told(plane)).toEqual([
      { ...alert, agent: "a" },
      { ...alert, agent: "b" },
      { ...alert, agent: "a" },
    ]);
  });
});

describe("shadow", () => {
  test.each([
    ["deny", {}],
    ["pause", { duration: "1m" }],
    ["throttle", { rate: "1/min" }],
    ["alert", {}],
  ])("%s does nothing but say what it would have done, once a minute at most", async (action, params) => {
    using plane = open([rule("call_count >= 1", action, params, { mode: "shadow" })]);
    expect(await askTimes(plane, "bot", 5)).toEqual([200, 200, 200, 200, 200]);
    expect(told(plane)).toEqual([{ event: "policy.shadowed", agent: "bot", rule: `${action}-rule`, action }]);
    expect(plane.gateway.controls.pauses.find("bot")).toBeNull();
  });
});
