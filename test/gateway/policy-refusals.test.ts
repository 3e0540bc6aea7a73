import { describe, expect, test } from "bun:test";
import { evaluatePolicies, PASS, type Policy, type PolicyVerdict } from "../../server/gateway/policies.ts";
import { createPolicyMemory } from "../../server/gateway/policy-memory.ts";
import { refuseByPolicy } from "../../server/gateway/policy-refusals.ts";
import { takeThrottles } from "../../server/gateway/policy-throttles.ts";
import { compile, FACTS, rule } from "./policy-support.ts";

const judge = (policies: readonly Policy[]): PolicyVerdict =>
  evaluatePolicies(policies, FACTS, 0, createPolicyMemory());
const SLOW = { rate: { count: 1, per: 60_000 } };

describe("a call that policies stop", () => {
  test("is denied by the rule's name, finally, and its condition stays with the operator", () => {
    const refused = refuseByPolicy(
      judge(compile(rule("hour == 12", "deny", {}, { name: "noon" }))),
      "bot",
      0,
    );
    expect(refused).toMatchObject({
      reason: "policy_denied",
      status: 403,
      retryable: false,
      retryAfter: null,
    });
    expect(refused?.message).toStartWith('The policy "noon" denies this call of the agent "bot".');
    expect(refused?.message).not.toContain("hour");
  });

  test("is throttled for as long as the slowest rate wants, once its place is taken", () => {
    const verdict = judge(
      compile(
        rule("hour == 12", "throttle", SLOW, { name: "slow" }),
        rule("hour == 12", "throttle", { delay_ms: 900 }, { name: "held" }),
      ),
    );
    expect(refuseByPolicy(verdict, "bot", 0)).toBeNull();
    takeThrottles(verdict.throttles, 0);
    expect(refuseByPolicy(verdict, "bot", 500)).toEqual({
      reason: "throttled",
      status: 429,
      retryable: true,
      retryAfter: 59_500,
      message: 'The policy "slow" slows the agent "bot" down. Please retry after 60 seconds.',
    });
    expect(refuseByPolicy(verdict, "bot", 60_000)).toBeNull();
  });

  test("names every throttle whose rate it waits for", () => {
    const verdict = judge(
      compile(
        rule("hour == 12", "throttle", SLOW, { name: "a" }),
        rule("hour > 11", "throttle", SLOW, { name: "b" }),
      ),
    );
    takeThrottles(verdict.throttles, 0);
    expect(refuseByPolicy(verdict, "bot", 59_500)?.message).toBe(
      'The policies "a", "b" slow the agent "bot" down. Please retry after 1 second.',
    );
  });

  test("finds its agent paused by the rule that it made true, whatever else denies it", () => {
    const paused = judge(
      compile(
        rule("hour == 12", "deny"),
        rule("hour == 12", "pause", { duration: 60_000 }, { name: "lunch" }),
      ),
    );
    const refused = refuseByPolicy(paused, "bot", 0);
    expect(refused).toMatchObject({ reason: "agent_deactivated", retryable: false, retryAfter: null });
    expect(refused?.message).toContain('The policy "lunch" has paused the agent "bot".');
    expect(refused?.message).toContain("1970-01-01T00:01:00.000Z");
  });

  test("is told who lifts a pause without an end", () => {
    const refused = refuseByPolicy(judge(compile(rule("hour == 12", "pause"))), "bot", 0);
    expect(refused?.message).toEndWith("until a person resumes it: tollgate pause bot --resume.");
  });

  test("passes where no rule holds, and where rules only watch", () => {
    expect(refuseByPolicy(PASS, "bot", 0)).toBeNull();
    const watching = (["deny", "pause", "alert", "throttle"] as const).map((action) =>
      rule("hour == 12", action, SLOW, { mode: "shadow" }),
    );
    expect(refuseByPolicy(judge(compile(...watching, rule("hour == 12", "alert"))), "bot", 0)).toBeNull();
  });
});
