/** Policies at work: one memory per agent, each effect told once, and how it is written down. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { PolicyEffect } from "../../server/gateway/policies.ts";
import { createPolicing } from "../../server/gateway/policing.ts";
import type { PolicyFacts } from "../../server/gateway/policy-fields.ts";
import { effectLine } from "../../server/gateway/policy-line.ts";
import { compile, FACTS, rule } from "./policy-support.ts";

/** Policing over a fleet of these agents; what was told stands in `told`. */
function open(...names: string[]) {
  const agents = new Map(names.map((name) => [name, {}] as const));
  const told: string[] = [];
  const policing = createPolicing(agents, ({ kind, rule }, agent) => told.push(`${kind} ${rule} ${agent}`));
  const facts =
    (agent: string, more: Partial<PolicyFacts> = {}) =>
    () => ({ ...FACTS, agent_id: agent, ...more });
  return { agents, told, policing, facts };
}

describe("policies at work", () => {
  test("without a policy describe nothing and let everything pass", () => {
    const { policing, told } = open("bot");
    const describeNothing = (): PolicyFacts => expect.unreachable("nothing asks for facts");
    expect(policing.judge([], describeNothing, 0)).toEqual({ denied: null, throttles: [], effects: [] });
    policing.review([], describeNothing, 0);
    expect(told).toEqual([]);
  });

  test("describe the call once, however many rules read it", () => {
    const { policing } = open("bot");
    const policies = compile(...["a", "b", "c"].map((name) => rule("hour == 12", "deny", {}, { name })));
    let described = 0;
    const verdict = policing.judge(
      policies,
      () => {
        described++;
        return FACTS;
      },
      0,
    );
    expect([described, verdict.denied?.settings.name]).toEqual([1, "a"]);
  });

  test("tell an effect once, before the verdict is there, whether it comes of a call or of its settlement", () => {
    const { policing, told, facts } = open("bot");
    const policies = compile(rule("cost_today > 5", "pause"), rule("cost_today > 1", "alert"));
    policing.judge(policies, facts("bot", { cost_today: 2 }), 0);
    expect(told).toEqual(["alert alert bot"]);
    policing.review(policies, facts("bot", { cost_today: 6 }), 1);
    const later = policing.judge(policies, facts("bot", { cost_today: 6 }), 2);
    expect(told).toEqual(["alert alert bot", "pause pause bot"]);
    expect(later.effects).toEqual([]);
  });

  test("remember each agent by itself", () => {
    const { policing, told, facts } = open("a", "b");
    const policies = compile(rule("cost_today > 5", "pause"));
    for (const agent of ["a", "b", "a"]) policing.judge(policies, facts(agent, { cost_today: 6 }), 0);
    expect(told).toEqual(["pause pause a", "pause pause b"]);
  });

  test("count only later calls for pauses once a person has resumed the agent, even one not seen since a restart", () => {
    const { policing, told, facts } = open("bot");
    const policies = compile(rule("total_cost > 5", "pause"));
    policing.forgive("bot", { call_count: 9, error_count: 0, total_cost: 6 });
    policing.judge(policies, facts("bot", { total_cost: 11, call_count: 12 }), 0);
    expect(told).toEqual([]);
    policing.review(policies, facts("bot", { total_cost: 11.5, call_count: 13 }), 1);
    expect(told).toEqual(["pause pause bot"]);
  });

  test("forget names that are no agents when there are too many of them, and no agent", () => {
    const { policing, told, facts } = open("bot");
    const policies = compile(rule("hour == 12", "alert"));
    const judge = (agent: string) => policing.judge(policies, facts(agent), 0);
    judge("bot");
    for (let stranger = 0; stranger < 999; stranger++) judge(`stranger-${stranger}`);
    judge("stranger-0");
    expect(told).toHaveLength(1_000);
    judge("one-too-many-1");
    judge("one-too-many-2");
    judge("bot");
    expect(told).toHaveLength(1_002);
    judge("stranger-0");
    expect(told.at(-1)).toBe("alert alert stranger-0");
  });

  test("tell at most one alert per cooldown, whatever the sequence of calls and settlements", () => {
    const step = fc.record({ wait: fc.nat(400_000), cost: fc.constantFrom(0, 2), settles: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const at: number[] = [];
        const policing = createPolicing(new Map(), (_, __, now) => at.push(now));
        const policies = compile(rule("cost_today > 1", "alert"));
        let now = 0;
        for (const { wait, cost, settles } of steps) {
          now += wait;
          const facts = () => ({ ...FACTS, cost_today: cost });
          if (settles) policing.review(policies, facts, now);
          else policing.judge(policies, facts, now);
        }
        for (const [index, time] of at.slice(1).entries()) {
          expect(time - (at[index] ?? 0)).toBeGreaterThanOrEqual(900_000);
        }
      }),
    );
  });
});

describe("the line of an effect", () => {
  const LONG = "x".repeat(5_000);
  test.each<[PolicyEffect, string, object]>([
    [{ kind: "pause", rule: "r", until: 5 }, "policy.paused", { rule: "r" }],
    [{ kind: "alert", rule: "r" }, "policy.alerted", { rule: "r" }],
    [{ kind: "throttle", rule: "r" }, "policy.throttled", { rule: "r" }],
    [{ kind: "shadow", rule: "r", action: "deny" }, "policy.shadowed", { rule: "r", action: "deny" }],
    [
      { kind: "error", rule: "r", message: LONG },
      "policy.failed",
      { rule: "r", message: LONG.slice(0, 200) },
    ],
  ])("%j", (effect, event, detail) => {
    expect(effectLine(effect, "bot", 0)).toEqual({
      type: "policy",
      event,
      time: "1970-01-01T00:00:00.000Z",
      agent: "bot",
      detail: { ...detail },
    });
  });
});
