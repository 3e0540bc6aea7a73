import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  type Account,
  type Ask,
  affordedCeiling,
  amountOf,
  type Budget,
  type Caps,
  hold,
  judge,
  release,
  type Stake,
  usedUp,
} from "../../server/core/budget.ts";

const NONE = { hour: null, day: null, total: null };

function account(spent = 0, held = 0): Account {
  return { spent: () => spent, held };
}

function budget(caps: Partial<Caps>, spent = 0, held = 0): Budget {
  return { caps: () => ({ ...NONE, ...caps }), account: account(spent, held) };
}

function stake(of: Budget, input = 0, rate = 1): Stake {
  return { budget: of, input, rate, held: 0 };
}

describe("a hold", () => {
  test("fits without a cap, and up to the last unit of one", () => {
    expect(judge([stake(budget({}))], 1e15).kind).toBe("fits");
    expect(judge([stake(budget({ hour: 100 }, 60))], 40).kind).toBe("fits");
    expect(judge([stake(budget({ hour: 100 }, 60))], 41)).toMatchObject({ kind: "exceeded", window: "hour" });
  });

  test("waits where only others' holds are in the way", () => {
    const busy = stake(budget({ day: 100 }, 10, 80));
    expect(judge([busy], 20)).toEqual({ kind: "busy", stake: busy });
  });

  test("is refused for good when any cap is exceeded, even if another one is merely busy", () => {
    const exceeded = stake(budget({ total: 10 }));
    const verdict = judge([stake(budget({ hour: 100 }, 0, 90)), exceeded], 20);
    expect(verdict).toEqual({ kind: "exceeded", stake: exceeded, window: "total" });
  });

  test("counts each budget in its own unit, and rounds up", () => {
    const money = stake(budget({ hour: 1000 }), 100, 2.5);
    const tokens = stake(budget({ hour: 50 }), 10, 1);
    expect(judge([money, tokens], 40).kind).toBe("fits");
    expect(judge([money, tokens], 41)).toMatchObject({ kind: "exceeded", stake: tokens });
    expect(amountOf(money, 3)).toBe(108);
  });

  test("that grows does not stand in its own way, and is given back once", () => {
    const of = budget({ hour: 100 }, 0, 30);
    const one = stake(of, 10);
    hold([one], 20);
    expect([one.held, of.account.held]).toEqual([30, 60]);
    expect(judge([one], 60).kind).toBe("fits");
    expect(judge([one], 61).kind).toBe("busy");
    hold([one], 60);
    expect(of.account.held).toBe(100);
    release([one]);
    release([one]);
    expect(of.account.held).toBe(30);
  });

  test("never lets spend and holds together rise above a cap, whatever the order of calls", () => {
    const steps = fc.array(fc.tuple(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 0, max: 100 })), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(fc.integer({ min: 10, max: 300 }), steps, (cap, calls) => {
        let spent = 0;
        const shared: Budget = {
          caps: () => ({ ...NONE, total: cap }),
          account: { spent: () => spent, held: 0 },
        };
        const open: Stake[] = [];
        for (const [amount, percent] of calls) {
          const next = stake(shared);
          if (judge([next], amount).kind === "fits") {
            hold([next], amount);
            open.push(next);
          }
          // A call grows, or settles for what it used: at most what it held.
          const oldest = open[0];
          if (oldest && percent < 20 && judge([oldest], amount).kind === "fits") hold([oldest], amount);
          if (oldest && percent > 50) {
            spent += Math.floor((oldest.held * percent) / 100);
            release([oldest]);
            open.shift();
          }
          expect(spent + shared.account.held).toBeLessThanOrEqual(cap);
        }
        release(open);
        expect(shared.account.held).toBe(0);
      }),
    );
  });
});

describe("the output ceiling", () => {
  const ask: Ask = { ceiling: 1000, choices: 1, asked: null, thinking: 0 };
  const leaving = (left: number) => [stake(budget({ hour: left }), 100, 10)];

  test("stays as asked where that fits, whatever others hold", () => {
    expect(affordedCeiling(leaving(10_100), ask)).toBe(1000);
    expect(affordedCeiling([stake(budget({ hour: 10_100 }, 0, 9_000), 100, 10)], ask)).toBe(1000);
    expect(affordedCeiling([], ask)).toBe(1000);
  });

  test("is lowered to what is left, by the tightest budget", () => {
    expect(affordedCeiling(leaving(5_109), ask)).toBe(500);
    expect(affordedCeiling([...leaving(5_109), stake(budget({ day: 400 }), 50, 1)], ask)).toBe(350);
  });

  test("is never lowered under 256, nor under what the client asked, nor into its thinking", () => {
    expect(affordedCeiling(leaving(100 + 2550), ask)).toBeNull();
    expect(affordedCeiling(leaving(100 + 2560), ask)).toBe(256);
    expect(affordedCeiling(leaving(100 + 499), { ...ask, ceiling: 50, asked: 50 })).toBeNull();
    expect(affordedCeiling(leaving(100 + 6000), { ...ask, thinking: 600 })).toBeNull();
    expect(affordedCeiling(leaving(100 + 6010), { ...ask, thinking: 600 })).toBe(601);
  });

  test("costs, with the input, never more than what is left", () => {
    const nat = fc.integer({ min: 0, max: 1_000_000 });
    const rates = fc.double({ min: 0.1, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(nat, rates, nat, nat, (input, rate, ceiling, left) => {
        const one = stake(budget({ total: left }), input, rate);
        const tokens = affordedCeiling([one], { ...ask, ceiling });
        if (tokens === null) return;
        expect(judge([one], tokens).kind).toBe("fits");
        expect(tokens).toBeLessThanOrEqual(ceiling);
      }),
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
