import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  compilePolicies,
  evaluatePolicies,
  type Policy,
  reviewPolicies,
} from "../../server/gateway/policies.ts";
import type { PolicyFacts } from "../../server/gateway/policy-fields.ts";
import { createPolicyMemory, factsSince, forgive } from "../../server/gateway/policy-memory.ts";
import { checkThrottles, delayOf, takeThrottles } from "../../server/gateway/policy-throttles.ts";
import { compile, FACTS, rule } from "./policy-support.ts";

const MINUTE = 60_000;

/** One agent under these rules: each evaluation gives the effects, as `kind rule`. */
function watch(policies: readonly Policy[]) {
  const memory = createPolicyMemory();
  const evaluate = (facts: Partial<PolicyFacts>, now = 0, rules = policies) =>
    evaluatePolicies(rules, { ...FACTS, ...facts }, now, memory);
  return {
    memory,
    evaluate,
    effects: (facts: Partial<PolicyFacts>, now = 0) => [...evaluate(facts, now).effects],
  };
}

describe("compiling", () => {
  test("names every rule that cannot be, with the place in its condition", () => {
    const compiled = compilePolicies([
      rule("cost > 5", "deny", {}, { name: "spend" }),
      rule("hour > 5", "deny"),
      rule("hour >\n 'x'", "alert", {}, { name: "late" }),
    ]);
    expect(compiled).toMatchObject({
      problems: [
        { rule: "spend", line: 1, column: 1 },
        { rule: "late", line: 1, column: 1 },
      ],
    });
  });
});

describe("deny", () => {
  test("refuses while its condition is true, by the first such rule, and tells nothing", () => {
    const agent = watch(
      compile(
        rule("cost_this_hour > 50", "deny", {}, { name: "hourly" }),
        rule("cost_today > 50", "deny", {}, { name: "daily" }),
      ),
    );
    expect(agent.evaluate({ cost_this_hour: 50 }).denied).toBeNull();
    expect(agent.evaluate({ cost_this_hour: 50.01, cost_today: 60 }).denied?.settings.name).toBe("hourly");
    expect(agent.evaluate({ cost_this_hour: 0, cost_today: 60 })).toMatchObject({
      denied: { settings: { name: "daily" } },
      throttles: [],
      effects: [],
    });
  });

  test("acts at the first call, unless it reads the error rate, which means little before the tenth", () => {
    const byModel = watch(compile(rule("model == 'gpt-4o'", "deny")));
    expect(byModel.evaluate({}).denied).not.toBeNull();
    const byErrors = watch(compile(rule("error_rate > 0.5", "deny")));
    const failing = { error_rate: 1, call_count: 500 };
    expect(byErrors.evaluate({ ...failing, calls_this_hour: 9 }).denied).toBeNull();
    expect(byErrors.evaluate({ ...failing, calls_this_hour: 10 }).denied).not.toBeNull();
  });

  test("waits for min_calls: of the hour where it reads the hour's figures, else of the lifetime", () => {
    const hourly = watch(compile(rule("cost_this_hour > 1", "deny", { min_calls: 3 })));
    expect(hourly.evaluate({ cost_this_hour: 2, calls_this_hour: 2, call_count: 9 }).denied).toBeNull();
    expect(hourly.evaluate({ cost_this_hour: 2, calls_this_hour: 3, call_count: 9 }).denied).not.toBeNull();
    const lifetime = watch(compile(rule("total_cost > 1", "deny", { min_calls: 3 })));
    expect(lifetime.evaluate({ total_cost: 2, call_count: 2 }).denied).toBeNull();
    expect(lifetime.evaluate({ total_cost: 2, call_count: 3 }).denied).not.toBeNull();
  });
});

describe("pause", () => {
  const policies = compile(rule("error_rate > 0.5", "pause", { duration: 10 * MINUTE, min_calls: 4 }));
  const failing = { error_rate: 0.75, calls_this_hour: 4, call_count: 4, error_count: 3 };

  test("fires once when the condition becomes true, and again only after it was false", () => {
    const agent = watch(policies);
    expect(agent.effects(failing, 5)).toEqual([{ kind: "pause", rule: "pause", until: 10 * MINUTE + 5 }]);
    expect(agent.effects(failing, 6)).toEqual([]);
    expect(agent.effects({ ...failing, error_rate: 0.5 }, 7)).toEqual([]);
    expect(agent.effects(failing, 8)).toHaveLength(1);
  });

  test("without a duration lasts until a person resumes the agent", () => {
    const agent = watch(compile(rule("hour == 12", "pause")));
    expect(agent.effects({})).toEqual([{ kind: "pause", rule: "pause", until: null }]);
  });

  test("counts only later calls once a person has resumed the agent", () => {
    const agent = watch(policies);
    agent.evaluate(failing);
    forgive(agent.memory, { ...FACTS, ...failing });
    expect(agent.effects(failing, 1)).toEqual([]);
    // Three more calls, all failed: still fewer than min_calls.
    expect(
      agent.effects({ error_rate: 6 / 7, calls_this_hour: 7, call_count: 7, error_count: 6 }, 2),
    ).toEqual([]);
    expect(
      agent.effects({ error_rate: 6 / 8, calls_this_hour: 8, call_count: 8, error_count: 6 }, 3),
    ).toHaveLength(1);
  });

  test("forgives for pauses alone: a deny goes on seeing everything", () => {
    const agent = watch(compile(rule("total_cost > 5", "deny"), rule("total_cost > 5", "pause")));
    const spent = { total_cost: 6, call_count: 3 };
    expect(agent.effects(spent)).toHaveLength(1);
    forgive(agent.memory, { ...FACTS, ...spent });
    expect(agent.evaluate(spent, 1)).toMatchObject({ denied: { settings: { action: "deny" } }, effects: [] });
    expect(agent.effects({ total_cost: 11.5, call_count: 9 }, 2)).toHaveLength(1);
  });
});

test("what came after a resume never exceeds what there is, and errors never exceed calls", () => {
  const amount = fc.integer({ min: 0, max: 50 });
  fc.assert(
    fc.property(amount, amount, amount, amount, (before, failedBefore, after, failedAfter) => {
      const errorsBefore = Math.min(before, failedBefore);
      const errorsAfter = Math.min(after, failedAfter);
      const calls = before + after;
      const facts = {
        ...FACTS,
        call_count: calls,
        calls_this_hour: calls,
        error_count: errorsBefore + errorsAfter,
        error_rate: calls === 0 ? 0 : (errorsBefore + errorsAfter) / calls,
      };
      const later = factsSince(facts, { calls: before, errors: errorsBefore, cost: 0 });
      expect(later.calls_this_hour).toBe(after);
      expect(later.error_rate).toBeCloseTo(after === 0 ? 0 : errorsAfter / after, 9);
    }),
  );
});

test("alert tells at most once per cooldown, for as long as the condition is true", () => {
  const agent = watch(compile(rule("cost_today > 1", "alert")));
  const spent = { cost_today: 2 };
  const told = [0, 1, 14 * MINUTE, 15 * MINUTE, 16 * MINUTE].map((now) => agent.effects(spent, now).length);
  expect(told).toEqual([1, 0, 0, 1, 0]);
  expect(agent.effects({ cost_today: 0 }, 60 * MINUTE)).toEqual([]);
});

describe("throttle", () => {
  const policies = compile(
    rule("calls_this_hour > 100", "throttle", { rate: { count: 2, per: MINUTE }, hold_seconds: 30 }),
  );
  const busy = { calls_this_hour: 101 };

  test("holds while the condition is true and hold_seconds longer, and tells when it begins", () => {
    const agent = watch(policies);
    expect(agent.evaluate({}, 0).throttles).toEqual([]);
    expect(agent.evaluate(busy, 1_000)).toMatchObject({ effects: [{ kind: "throttle", rule: "throttle" }] });
    expect(agent.evaluate(busy, 2_000)).toMatchObject({ effects: [], throttles: [{}] });
    expect(agent.evaluate({}, 31_999).throttles).toHaveLength(1);
    expect(agent.evaluate({}, 32_000).throttles).toEqual([]);
    expect(agent.effects(busy, 2 * MINUTE)).toHaveLength(1);
  });

  test("that comes and goes is told once a minute at most, and holds all the same", () => {
    const agent = watch(compile(rule("model == 'a'", "throttle", { delay_ms: 5, hold_seconds: 0 })));
    const told = Array.from({ length: 120 }, (_, second) => {
      const { effects, throttles } = agent.evaluate({ model: second % 2 === 0 ? "a" : "b" }, second * 1_000);
      expect(throttles).toHaveLength(second % 2 === 0 ? 1 : 0);
      return effects.length;
    });
    expect(told.reduce((sum, count) => sum + count)).toBe(2);
  });

  test("goes on counting in one bucket while its condition lasts, however rarely anyone calls", () => {
    const policies = compile(
      rule("hour == 12", "throttle", { rate: { count: 1, per: 60 * MINUTE }, hold_seconds: 0 }),
    );
    const agent = watch(policies);
    const passed = Array.from({ length: 120 }, (_, minute) => {
      const { throttles } = agent.evaluate({}, minute * MINUTE);
      const passes = checkThrottles(throttles, minute * MINUTE) === 0;
      if (passes) takeThrottles(throttles, minute * MINUTE);
      return passes;
    });
    expect(passed.filter(Boolean)).toHaveLength(2);
  });

  test("is not refilled by a condition that ends and begins anew", () => {
    const agent = watch(policies);
    const first = agent.evaluate(busy, 0).throttles;
    takeThrottles(first, 0);
    takeThrottles(first, 0);
    agent.evaluate({}, 1);
    agent.evaluate({}, 30_000);
    const again = agent.evaluate(busy, 30_001).throttles;
    takeThrottles(again, 30_001);
    expect(checkThrottles(again, 30_001)).toBeGreaterThan(0);
  });

  test("lets calls pass at its rate; checking takes nothing", () => {
    const { throttles } = watch(policies).evaluate(busy);
    for (let time = 0; time < 5; time++) expect(checkThrottles(throttles, 0)).toBe(0);
    takeThrottles(throttles, 0);
    takeThrottles(throttles, 0);
    expect(checkThrottles(throttles, 0)).toBe(MINUTE / 2);
    expect(checkThrottles(throttles, MINUTE / 2)).toBe(0);
  });

  test("or holds each call back, by the longest delay", () => {
    const agent = watch(
      compile(
        rule("hour == 12", "throttle", { delay_ms: 200 }, { name: "short" }),
        rule("hour == 12", "throttle", { delay_ms: 900 }, { name: "long" }),
      ),
    );
    const { throttles } = agent.evaluate({});
    expect(delayOf(throttles)).toBe(900);
    expect(checkThrottles(throttles, 0)).toBe(0);
    expect(delayOf(agent.evaluate({ hour: 13 }, 61_000).throttles)).toBe(0);
  });
});

describe("a rule in shadow mode", () => {
  const shadow = { mode: "shadow" } as const;

  test("records what it would have done and does nothing", () => {
    for (const action of ["deny", "pause", "alert", "throttle"] as const) {
      const agent = watch(compile(rule("hour == 12", action, { delay_ms: 5 }, shadow)));
      expect(agent.evaluate({})).toEqual({
        denied: null,
        throttles: [],
        effects: [{ kind: "shadow", rule: action, action }],
      });
      expect(agent.effects({}, 1), action).toEqual([]);
    }
  });

  test("records denials once a minute, however many calls there are", () => {
    const agent = watch(compile(rule("hour == 12", "deny", {}, shadow)));
    const told = [0, 30_000, 59_999, 60_000, 60_001].map((now) => agent.effects({}, now).length);
    expect(told).toEqual([1, 0, 0, 1, 0]);
  });
});

test("a shadow pause whose condition comes and goes is recorded once a minute at most", () => {
  const agent = watch(compile(rule("model == 'a'", "pause", {}, { mode: "shadow" })));
  const told = ["a", "b", "a", "b", "a"].map(
    (model, index) => agent.effects({ model }, index * 10_000).length,
  );
  expect(told).toEqual([1, 0, 0, 0, 0]);
  expect(agent.effects({ model: "b" }, MINUTE + 30_000)).toEqual([]);
  expect(agent.effects({ model: "a" }, MINUTE + 40_000)).toHaveLength(1);
});

describe("a review after a call has settled", () => {
  const review = (
    policies: readonly Policy[],
    facts: Partial<PolicyFacts>,
    now: number,
    memory = createPolicyMemory(),
  ) => reviewPolicies(policies, { ...FACTS, ...facts }, now, memory);

  test("pauses, alerts and begins throttles once, as an evaluation would", () => {
    const policies = compile(
      rule("cost_today > 5", "pause"),
      rule("cost_today > 5", "alert"),
      rule("cost_today > 5", "throttle", { delay_ms: 5 }),
    );
    const memory = createPolicyMemory();
    expect(review(policies, { cost_today: 5 }, 0, memory)).toEqual([]);
    expect(review(policies, { cost_today: 6 }, 1, memory)).toEqual([
      { kind: "pause", rule: "pause", until: null },
      { kind: "alert", rule: "alert" },
      { kind: "throttle", rule: "throttle" },
    ]);
    const next = evaluatePolicies(policies, { ...FACTS, cost_today: 6 }, 2, memory);
    expect([next.effects, next.throttles.length]).toEqual([[], 1]);
  });

  test("denies nothing, and records no denial in shadow mode: the next call's is", () => {
    const policies = compile(rule("cost_today > 5", "deny", {}, { mode: "shadow" }));
    const memory = createPolicyMemory();
    expect(review(policies, { cost_today: 6 }, 0, memory)).toEqual([]);
    expect(evaluatePolicies(policies, { ...FACTS, cost_today: 6 }, 1, memory).effects).toHaveLength(1);
  });

  test("sees what a person has forgiven as an evaluation does", () => {
    const policies = compile(rule("total_cost > 5", "pause"));
    const memory = createPolicyMemory();
    forgive(memory, { ...FACTS, total_cost: 6 });
    expect(review(policies, { total_cost: 11 }, 0, memory)).toEqual([]);
    expect(review(policies, { total_cost: 11.5 }, 1, memory)).toHaveLength(1);
  });
});

test("a condition that cannot be evaluated is false and recorded, once a minute", () => {
  const agent = watch(
    compile(rule("run_calls > 1", "deny"), rule("hour == 12", "deny", {}, { name: "other" })),
  );
  const broken = { run_calls: "many" as unknown as number };
  const verdict = agent.evaluate(broken);
  expect(verdict.denied?.settings.name).toBe("other");
  expect(verdict.effects).toEqual([
    { kind: "error", rule: "deny", message: expect.stringContaining("run_calls") },
  ]);
  expect(agent.effects(broken, 1)).toEqual([]);
  expect(agent.effects(broken, MINUTE)).toHaveLength(1);
  expect(agent.evaluate({ run_calls: 2 }, MINUTE + 1).denied?.settings.name).toBe("deny");
});

describe("changed rules", () => {
  const alert = rule("hour == 12", "alert");

  test("that say the same keep what was told, whatever stands beside them", () => {
    const agent = watch(compile(alert));
    expect(agent.effects({})).toHaveLength(1);
    const later = compile(rule("hour == 13", "deny"), { ...alert });
    expect(agent.evaluate({}, 1, later).effects).toEqual([]);
  });

  test("with another condition start anew", () => {
    const agent = watch(compile(alert));
    agent.evaluate({});
    expect(agent.evaluate({}, 1, compile(rule("hour > 11", "alert"))).effects).toHaveLength(1);
  });
});

test("remembering what was read changes no answer", () => {
  const policies = compile(
    rule("error_rate > 0.5 || calls_this_hour > 20", "deny", { min_calls: 2 }, { name: "a" }),
    rule("'x' in tags && hour < 12", "deny", {}, { name: "b" }),
    rule("model == 'm1' ? hour > 3 : trust_score < 40", "deny", {}, { name: "c" }),
  );
  const facts = fc.record({
    error_rate: fc.constantFrom(0, 0.5, 0.75),
    calls_this_hour: fc.integer({ min: 0, max: 30 }),
    hour: fc.constantFrom(2, 11, 12),
    tags: fc.constantFrom<readonly string[]>([], ["x"], ["y", "x"]),
    model: fc.constantFrom("m1", "m2"),
    trust_score: fc.constantFrom(10, 50),
  });
  fc.assert(
    fc.property(fc.array(facts, { maxLength: 30 }), (states) => {
      const agent = watch(policies);
      for (const state of states) {
        expect(agent.evaluate(state).denied).toBe(watch(policies).evaluate(state).denied);
      }
    }),
  );
});
