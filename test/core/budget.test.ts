import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  type Ask,
  affordable,
  affordedCeiling,
  type Budget,
  judge,
  usedUp,
} from "../../server/core/budget.ts";

const NONE = { hour: null, day: null, total: null };

function budget(caps: Partial<Budget["caps"]>, spent = 0, held = 0): Budget {
  return { caps: { ...NONE, ...caps }, account: { spent: { hour: spent, day: spent, total: spent }, held } };
}

describe("a hold", () => {
  test("fits without a cap, and up to the last nano-dollar of one", () => {
    expect(judge([budget({})], 1e15).kind).toBe("fits");
    expect(judge([budget({ hour: 100 }, 60)], 40).kind).toBe("fits");
    expect(judge([budget({ hour: 100 }, 60)], 41)).toEqual({ kind: "exceeded", budget: 0, window: "hour" });
  });

  test("waits where only others' holds are in the way", () => {
    expect(judge([budget({ day: 100 }, 10, 80)], 20)).toEqual({ kind: "busy", budget: 0 });
  });

  test("is refused for good when any cap is exceeded, even if another one is merely busy", () => {
    const verdict = judge([budget({ hour: 100 }, 0, 90), budget({ total: 10 })], 20);
    expect(verdict).toEqual({ kind: "exceeded", budget: 1, window: "total" });
  });

  test("never lets spend and holds together rise above a cap, whatever the order of calls", () => {
    const steps = fc.array(fc.tuple(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 0, max: 100 })), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(fc.integer({ min: 10, max: 300 }), steps, (cap, calls) => {
        let spent = 0;
        const open: number[] = [];
        for (const [amount, percent] of calls) {
          const held = open.reduce((sum, one) => sum + one, 0);
          if (judge([budget({ total: cap }, spent, held)], amount).kind === "fits") open.push(amount);
          // Settles some open call for what it used: at most what it held.
          if (percent > 50) spent += Math.floor(((open.shift() ?? 0) * percent) / 100);
          expect(spent + open.reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(cap);
        }
      }),
    );
  });
});

test("what is affordable ignores holds and takes the tightest window of all budgets", () => {
  expect(affordable([budget({ hour: 100, day: 50 }, 20, 30), budget({ total: 90 }, 10)])).toBe(30);
  expect(affordable([budget({})])).toBe(Number.POSITIVE_INFINITY);
});

describe("the output ceiling", () => {
  const ask: Ask = { inputNano: 100, outputRate: 10, ceiling: 1000, asked: null, thinking: 0 };

  test("stays as asked where that fits", () => {
    expect(affordedCeiling(ask, 10_100)).toBe(1000);
  });

  test("is lowered to what is left", () => {
    expect(affordedCeiling(ask, 5_109)).toBe(500);
  });

  test("is never lowered under 256, nor under what the client asked, nor into its thinking", () => {
    expect(affordedCeiling(ask, 100 + 2550)).toBeNull();
    expect(affordedCeiling(ask, 100 + 2560)).toBe(256);
    expect(affordedCeiling({ ...ask, ceiling: 50, asked: 50 }, 100 + 499)).toBeNull();
    expect(affordedCeiling({ ...ask, thinking: 600 }, 100 + 6000)).toBeNull();
    expect(affordedCeiling({ ...ask, thinking: 600 }, 100 + 6010)).toBe(601);
  });

  test("costs, with the input, never more than what is left", () => {
    const nat = fc.integer({ min: 0, max: 1_000_000 });
    fc.assert(
      fc.property(
        nat,
        fc.double({ min: 0.1, max: 1e6, noNaN: true }),
        nat,
        nat,
        (inputNano, outputRate, ceiling, left) => {
          const tokens = affordedCeiling({ inputNano, outputRate, ceiling, asked: null, thinking: 0 }, left);
          if (tokens === null) return;
          expect(inputNano + tokens * outputRate).toBeLessThanOrEqual(left + 1e-6 * left);
          expect(tokens).toBeLessThanOrEqual(ceiling);
        },
      ),
    );
  });
});

describe("an account", () => {
  test("is used up when less than half a percent of a cap, or than the smallest call, is left", () => {
    expect(usedUp(budget({ day: 10_000 }, 9_951), 10)).toBe("day");
    expect(usedUp(budget({ day: 10_000 }, 9_950), 10)).toBeNull();
    expect(usedUp(budget({ day: 10_000 }, 9_000), 1_001)).toBe("day");
    expect(usedUp(budget({}, 9_000), 1_001)).toBeNull();
  });
});
