import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { BreakerSettings } from "../../server/core/settings.ts";
import { createBreakers } from "../../server/gateway/breakers.ts";
import { type Crossing, createCrossing } from "../../server/gateway/crossing.ts";

const NOW = Date.parse("2026-03-10T12:00:00Z");
type Step = keyof Crossing;

/** What a place is told when the call's steps come in this order. */
function told(...steps: Step[]): string[] {
  const said: string[] = [];
  const crossing = createCrossing([
    {
      succeed: () => said.push("succeed"),
      fail: (_, begun) => said.push(begun ? "fail begun" : "fail"),
      giveBack: () => said.push("giveBack"),
    },
  ]);
  for (const step of steps) crossing[step](NOW);
  return said;
}

describe("a crossing", () => {
  test("passes on what becomes of the call", () => {
    expect(told("succeed")).toEqual(["succeed"]);
    expect(told("fail")).toEqual(["fail"]);
    expect(told("giveBack")).toEqual(["giveBack"]);
  });

  test("tells of a stream that dies after it began", () => {
    expect(told("succeed", "fail")).toEqual(["succeed", "fail begun"]);
  });

  test("owes no probe for a call that ends after its success", () => {
    expect(told("succeed", "giveBack")).toEqual(["succeed"]);
  });

  test("is over after its ending", () => {
    for (const ending of ["fail", "giveBack"] as const) {
      expect(told(ending, "succeed", "fail", "giveBack")).toEqual([ending]);
    }
    expect(told("succeed", "fail", "fail", "succeed", "giveBack")).toEqual(["succeed", "fail begun"]);
    expect(told("succeed", "giveBack", "fail")).toEqual(["succeed"]);
    expect(told("succeed", "succeed")).toEqual(["succeed"]);
  });
});

test("whatever calls say how often, a breaker closes again once its upstream is well", () => {
  const settings: BreakerSettings = {
    error_threshold: 2,
    reset_timeout: 1_000,
    half_open_requests: 2,
    window_ms: 5_000,
  };
  const target = { agent: "a", provider: "alpha", origin: "https://alpha.example", settings };
  const step = fc.record({
    what: fc.constantFrom<Step | "call" | "wait">("call", "call", "succeed", "fail", "giveBack", "wait"),
    pick: fc.nat(100),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
      const states: string[] = ["closed"];
      const breakers = createBreakers(({ scope, transition }) => {
        if (scope === "agent") states.push(transition);
      });
      const crossings: Crossing[] = [];
      let now = NOW;
      for (const { what, pick } of steps) {
        if (what === "wait") now += pick * 50;
        else if (what === "call") {
          if (breakers.check(target, now) === 0) crossings.push(breakers.take(target, now));
        } else crossings[pick % crossings.length]?.[what](now);
      }
      for (const crossing of crossings) crossing.giveBack();
      now += 60_000;
      for (let i = 0; i < 6; i++) {
        expect(breakers.check(target, now)).toBe(0);
        breakers.take(target, now).succeed(now);
      }
      expect(breakers.states("a").map(({ state }) => state)).toEqual(states.length > 1 ? ["closed"] : []);
      // Every change is told, and in an order that a breaker can go through.
      const path = states.join(" ");
      expect(path).toMatch(/^closed(?: opened(?: half_opened opened)* half_opened closed)*$/);
    }),
    { numRuns: 300 },
  );
});
