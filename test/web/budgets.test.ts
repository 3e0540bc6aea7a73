import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { BudgetCaps } from "../../server/management/wire/status.ts";
import {
  findTightest,
  isCapped,
  judgeShare,
  measureBar,
  moneyLeft,
  readBudgets,
  usedShare,
} from "../../web/src/feed/budgets.ts";
import { agentStatus } from "./samples.ts";

const NO_CAPS: BudgetCaps = {
  max_cost_per_hour: null,
  max_cost_per_day: null,
  max_cost_total: null,
  max_cost_per_request: null,
};

describe("the tightest budget", () => {
  test("is the window of which the largest share is used, not the one with the least money left", () => {
    const tight = tightest([1, 4, 95], { max_cost_per_hour: 10, max_cost_per_day: 20, max_cost_total: 100 });
    expect(tight?.window).toBe("total");
    expect(tightest([1, 19, 95], { max_cost_per_day: 20, max_cost_total: 1000 })?.window).toBe("day");
  });

  test("of equal shares is the one with the least money left", () => {
    const caps = { max_cost_per_hour: 10, max_cost_per_day: 2, max_cost_total: 50 };
    expect(tightest([0, 0, 0], caps)?.window).toBe("day");
  });

  test("counts what calls in flight hold, in every window", () => {
    const agent = status([0.5, 30, 30], { max_cost_per_hour: 1, max_cost_per_day: 50 }, 0.4);
    expect(findTightest(agent)).toMatchObject({ window: "hour", spent: 0.5, held: 0.4, cap: 1 });
    expect(findTightest({ ...agent, held: 0 })?.window).toBe("day");
  });

  test("is none where nothing is capped; a cap on one request is no window", () => {
    expect(tightest([5, 5, 5], {})).toBeNull();
    expect(tightest([5, 5, 5], { max_cost_per_request: 1 })).toBeNull();
  });

  test("a cap of nothing is used up before anything is spent", () => {
    const use = tightest([0, 0, 0], { max_cost_per_hour: 0, max_cost_per_day: 5 });
    expect(use?.window).toBe("hour");
    expect(use && [usedShare(use), moneyLeft(use), measureBar(use)]).toEqual([1, 0, { spent: 1, used: 1 }]);
  });
});

test("every window is told in the details, capped or not", () => {
  const uses = readBudgets(status([1, 2, 3], { max_cost_per_day: 4 }, 0.5));
  expect(uses.map(({ window, spent, cap }) => [window, spent, cap])).toEqual([
    ["hour", 1, null],
    ["day", 2, 4],
    ["total", 3, null],
  ]);
});

test.each([
  [0, "calm"],
  [0.799, "calm"],
  [0.8, "near"],
  [0.949, "near"],
  [0.95, "full"],
  [1.7, "full"],
] as const)("a share of %p is %p", (share, tone) => expect(judgeShare(share)).toBe(tone));

test("an overrun fills the bar, says its real share and leaves nothing", () => {
  const [, day] = readBudgets(status([0, 6, 6], { max_cost_per_day: 5 }, 1));
  if (!day || !isCapped(day)) throw new Error("no cap on the day");
  expect(measureBar(day)).toEqual({ spent: 1, used: 1 });
  expect(usedShare(day)).toBeCloseTo(1.4, 9);
  expect(moneyLeft(day)).toBe(0);
});

test("the bar never leaves its frame, and what is held is drawn after what is spent", () => {
  const usd = fc.double({ min: 0, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(usd, usd, usd, (spent, held, cap) => {
      const bar = measureBar({ window: "day", spent, held, cap });
      expect(bar.spent).toBeGreaterThanOrEqual(0);
      expect(bar.used).toBeGreaterThanOrEqual(bar.spent);
      expect(bar.used).toBeLessThanOrEqual(1);
    }),
  );
});

function status([hour, day, total]: [number, number, number], caps: Partial<BudgetCaps>, held = 0) {
  return agentStatus("a", { cost: { hour, day, total }, budget: { ...NO_CAPS, ...caps }, held });
}

function tightest(cost: [number, number, number], caps: Partial<BudgetCaps>) {
  return findTightest(status(cost, caps));
}
