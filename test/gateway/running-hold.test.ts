/** What a call in flight holds: how it grows and shrinks with what its answer shows, and whom it stands in line with. */
import { describe, expect, test } from "bun:test";
import type { Account } from "../../server/core/budget.ts";
import { account, coverageOf, openHolds, PLAN, reading } from "./hold-support.ts";

const INPUT = 10_000;
const SLICE = INPUT + 1_024 * 10;

describe("the input that is held", () => {
  test("is what the provider counts, once it does", () => {
    const money = account();
    const tokens = account();
    const { take } = openHolds();
    const { hold, written } = take(new Map([[money, null]]), { tokens });
    expect([money.held, tokens.held]).toEqual([SLICE, 2_024]);
    expect(hold.cover(reading(0, { inputTokens: 300 }), 0)).toBe("covered");
    expect([money.held, tokens.held, hold.nano]).toEqual([SLICE - 7_000, 1_324, SLICE - 7_000]);
    // Less is no growth: a crash charges what was written down before.
    expect(written.every((nano) => nano <= SLICE)).toBe(true);
    hold.release();
    expect([money.held, tokens.held]).toEqual([0, 0]);
  });

  test("grows with every report that says more, and never falls again", () => {
    const money = account();
    const tokens = account();
    const { hold, written } = openHolds().take(new Map([[money, null]]), { tokens });
    for (const [inputTokens, held] of [
      [300, 300],
      [2_000, 2_000],
      [1_500, 2_000],
      [2_500, 2_500],
    ] as const) {
      expect(hold.cover(reading(0, { inputTokens }), 0)).toBe("covered");
      expect(tokens.held - hold.output).toBe(held);
      expect(money.held - hold.output * 10).toBe(held * 10);
      expect(hold.nano).toBe(money.held);
    }
    expect(written.at(-1)).toBe(money.held);
    hold.release();
    expect(money.held).toBe(0);
  });

  test("is not lowered where more may be added to it later, and grows all the same", () => {
    const money = account();
    const plan = { ...PLAN, hidesInput: true };
    const { hold } = openHolds().take(new Map([[money, null]]), { plan });
    hold.cover(reading(0, { inputTokens: 300 }), 0);
    expect(money.held).toBe(SLICE);
    hold.cover(reading(0, { inputTokens: 900 }), 0);
    expect(money.held).toBe(SLICE);
    hold.cover(reading(0, { inputTokens: 40_000 }), 0);
    expect(money.held - hold.output * 10).toBe(400_000);
  });

  test("a report of none is no report", () => {
    const money = account();
    const { hold } = openHolds().take(new Map([[money, null]]));
    for (const inputTokens of [0, -5, null]) hold.cover(reading(0, { inputTokens }), 0);
    expect(money.held).toBe(SLICE);
  });

  test("that grows beyond what the cap leaves ends the call, without holding what is not there", () => {
    const money = account();
    const { hold } = openHolds().take(new Map([[money, 30_000]]));
    expect(hold.cover(reading(100, { inputTokens: 4_000 }), 0)).toBe("budget_exceeded");
    expect(money.held).toBe(SLICE);
  });

  test("gives up output that was held ahead where that makes room for it", () => {
    const money = account();
    const { hold } = openHolds().take(new Map([[money, SLICE + 1_000]]));
    expect(hold.cover(reading(100, { inputTokens: 1_200 }), 0)).toBe("covered");
    expect(money.held).toBe(12_000 + hold.output * 10);
    expect(hold.output).toBeLessThan(1_024);
    expect(hold.output).toBeGreaterThanOrEqual(100);
  });

  test("is not made larger by a provider that nobody vouches for, nor is the output", () => {
    const money = account();
    const { hold } = openHolds().take(new Map([[money, null]]), { isStranger: true });
    expect(hold.cover(reading(0, { inputTokens: 1e300, outputTokens: 1e300 }), 0)).toBe("covered");
    expect(hold.nano).toBe(SLICE);
    expect(money.held).toBe(SLICE);
  });
});

describe("output that the provider reports while it streams", () => {
  test("is held, though no text shows it", () => {
    const money = account();
    const { hold } = openHolds().take(new Map([[money, null]]));
    expect(hold.cover(reading(10, { outputTokens: 5_000 }), 0)).toBe("covered");
    expect(hold.output).toBeGreaterThanOrEqual(5_000);
    expect(money.held).toBe(INPUT + hold.output * 10);
  });

  test("counts as it is charged where that is more", () => {
    const { hold } = openHolds().take(new Map([[account(), null]]));
    hold.cover(reading(10, { outputTokens: 100, billing: { outputTokens: 6_000 } }), 0);
    expect(hold.output).toBeGreaterThanOrEqual(6_000);
  });

  test("ends the call where the cap has no room for it", () => {
    const money = account();
    const { hold } = openHolds().take(new Map([[money, 40_000]]));
    expect(hold.cover(reading(10, { outputTokens: 5_000 }), 0)).toBe("budget_exceeded");
    expect(money.held).toBe(SLICE);
  });
});

describe("a growth that cannot be written down", () => {
  test.each(["output", "input"])("is not held: %s", (what) => {
    const money = account();
    const { take, disk } = openHolds();
    const { hold } = take(new Map([[money, null]]));
    disk.isFull = true;
    const grown = what === "output" ? reading(5_000) : reading(0, { inputTokens: 5_000 });
    expect(hold.cover(grown, 0)).toBe("journal_unavailable");
    expect([money.held, hold.nano, hold.output]).toEqual([SLICE, SLICE, 1_024]);
    disk.isFull = false;
    expect(hold.cover(grown, 0)).toBe("covered");
    expect(money.held).toBeGreaterThan(SLICE);
    hold.release();
    expect(money.held).toBe(0);
  });

  test("stops a call that thinks unseen for that reason, not for its budget", () => {
    const { take, disk, advance } = openHolds();
    const { stopped } = take(new Map([[account(), null]]), { plan: { ...PLAN, hidesReasoning: true } });
    disk.isFull = true;
    advance(5_000);
    expect(stopped).toEqual(["journal_unavailable"]);
  });
});

describe("a stream that waits for room", () => {
  /** A stream of an agent and its owner, and what others hold of either. */
  function scene(agentCap: number, ownerCap: number) {
    const world = openHolds();
    const [agent, owner] = [account(), account()];
    const caps = new Map<Account, number>([
      [agent, agentCap],
      [owner, ownerCap],
    ]);
    const giveBack = (one: Account, amount: number): void => {
      one.held -= amount;
      world.waiting.stir([one]);
    };
    return { ...world, agent, owner, caps, giveBack };
  }

  test("stands in the line of the account that is busy, and of no other", async () => {
    const { take, caps, agent, owner, waiting, giveBack } = scene(50_000, 1_000_000);
    const { hold } = take(caps);
    agent.held += 29_000;
    const coverage = hold.cover(reading(1_000), 0);
    expect(await coverageOf(coverage)).toBe("waits");
    expect([waiting.hasExtension(agent), waiting.hasExtension(owner)]).toEqual([true, false]);
    giveBack(agent, 29_000);
    expect(await coverageOf(coverage)).toBe("covered");
    expect([waiting.hasExtension(agent), waiting.hasExtension(owner)]).toEqual([false, false]);
    expect(agent.held).toBe(hold.nano ?? 0);
  });

  test("moves to the line of another account when that one is busy in its turn", async () => {
    const { take, caps, agent, owner, waiting, giveBack } = scene(50_000, 60_000);
    const { hold } = take(caps);
    agent.held += 29_000;
    const coverage = hold.cover(reading(1_000), 0);
    owner.held += 39_000;
    giveBack(agent, 29_000);
    expect(await coverageOf(coverage)).toBe("waits");
    expect([waiting.hasExtension(agent), waiting.hasExtension(owner)]).toEqual([false, true]);
    giveBack(owner, 39_000);
    expect(await coverageOf(coverage)).toBe("covered");
    expect(waiting.hasExtension(owner)).toBe(false);
    hold.release();
    expect([agent.held, owner.held]).toEqual([0, 0]);
  });

  test("waits 10 seconds in all, however often it moves, and lets those behind it pass then", async () => {
    const { take, caps, agent, owner, waiting, giveBack, advance } = scene(50_000, 60_000);
    const { hold } = take(caps);
    agent.held += 29_000;
    const coverage = hold.cover(reading(1_000), 0);
    owner.held += 39_000;
    advance(9_000);
    giveBack(agent, 29_000);
    let isNext = false;
    waiting.join(owner, {
      kind: "admission",
      started: 0,
      attempt: () => {
        isNext = true;
        return true;
      },
    });
    advance(999);
    expect([await coverageOf(coverage), isNext]).toEqual(["waits", false]);
    advance(1);
    expect([await coverageOf(coverage), isNext]).toEqual(["budget_exceeded", true]);
    expect(waiting.hasExtension(owner)).toBe(false);
  });

  test("does not stand in the way of another stream of its owner", async () => {
    const { take, caps, agent, owner } = scene(50_000, 1_000_000);
    const other = account();
    const first = take(caps).hold;
    const second = take(
      new Map<Account, number>([
        [other, 1_000_000],
        [owner, 1_000_000],
      ]),
    ).hold;
    agent.held += 29_000;
    const coverage = first.cover(reading(1_000), 0);
    expect(second.cover(reading(1_000), 0)).toBe("covered");
    expect(await coverageOf(coverage)).toBe("waits");
  });

  test("of two that wait for their owner's room the older one goes first, and takes what it needs", async () => {
    const { take, caps, owner, giveBack, advance } = scene(500_000, 100_000);
    const older = take(caps).hold;
    advance(1_000);
    const younger = take(caps).hold;
    owner.held += 59_000;
    const late = younger.cover(reading(3_000), 1_000);
    const early = older.cover(reading(3_000), 1_000);
    expect([await coverageOf(late), await coverageOf(early)]).toEqual(["waits", "waits"]);
    giveBack(owner, 30_000);
    expect([await coverageOf(late), await coverageOf(early)]).toEqual(["waits", "covered"]);
    older.release();
    expect(await coverageOf(late)).toBe("covered");
  });

  test("is told so when its call ends meanwhile, and leaves the line", async () => {
    const { take, caps, agent, waiting } = scene(50_000, 60_000);
    const { hold, stopped } = take(caps);
    agent.held += 29_000;
    const coverage = hold.cover(reading(1_000), 0);
    hold.release();
    expect(await coverageOf(coverage)).toBe("budget_exceeded");
    expect([waiting.hasExtension(agent), agent.held, stopped]).toEqual([false, 29_000, []]);
  });
});
