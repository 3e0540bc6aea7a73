import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { createTrust, type Fact, observe, PROMOTION, tick } from "../../server/core/trust.ts";
import { TIERS } from "../../server/core/trust-tier.ts";
import { follow, MINUTE, START, terms } from "../support/trust.ts";

describe("the laws of trust", () => {
  const fact: fc.Arbitrary<Fact> = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant("call" as const),
        model: fc.option(fc.constantFrom("a", "b", "c", "d")),
        owner: fc.option(fc.constantFrom("x", "y")),
        status: fc.option(fc.constantFrom(200, 400, 404, 429, 500)),
        costNano: fc.option(fc.integer({ min: 0, max: 1e12 })),
      }),
    },
    { weight: 1, arbitrary: fc.constantFrom<Fact>({ kind: "loop" }, { kind: "refused_model" }) },
  );
  const step = fc.record({ fact, wait: fc.integer({ min: 0, max: 3 * MINUTE }) });
  const anyTerms = fc.record({
    enabled: fc.constant(true),
    interval: fc.constant(MINUTE),
    quarantine: fc.boolean(),
    pin: fc.option(fc.constantFrom(...TIERS), { freq: 5 }),
  });
  const life = fc.array(step, { maxLength: 200 });
  const initial = fc.integer({ min: 0, max: 100 });

  test("hold: the score stays in range, observing never raises, and every loss and change is told", () => {
    fc.assert(
      fc.property(initial, anyTerms, life, (score, inForce, steps) => {
        let state = createTrust(score, inForce, START);
        let now = START;
        for (const { fact, wait } of steps) {
          now += wait;
          const ticked = tick(state, now, inForce);
          expect([state.score, state.score + 1]).toContain(ticked.state.score);
          const seen = observe(ticked.state, fact, now, inForce);
          expect(seen.state.score).toBeLessThanOrEqual(ticked.state.score);
          expect(TIERS.indexOf(seen.state.tier)).toBeLessThanOrEqual(TIERS.indexOf(ticked.state.tier));
          expect(seen.state.score < ticked.state.score).toBe(
            ticked.state.score > 0 && seen.events.some((event) => event.event === "trust.lost"),
          );
          for (const [before, after] of [
            [state, ticked],
            [ticked.state, seen],
          ] as const)
            expect(after.events.filter((event) => event.event === "trust.changed")).toHaveLength(
              before.tier === after.state.tier ? 0 : 1,
            );
          state = seen.state;
          expect(state.score >= 0 && state.score <= 100).toBe(true);
        }
      }),
    );
  });

  test("hold: who behaves steadily never loses, and ends at the top", () => {
    const calls = fc.array(fc.double({ min: 1, max: 2.5, noNaN: true }), { minLength: 60, maxLength: 60 });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 1e9 }),
        calls,
        (rate, cost, factors) => {
          const agent = follow();
          for (const factor of factors) {
            agent.sees({ costNano: Math.round(cost * factor) }, Math.round(rate * factor)).passes();
          }
          expect(agent.events).toEqual([]);
          expect(agent.state.score).toBe(100);
        },
      ),
      { numRuns: 50 },
    );
  });

  test("hold: a tier rises at most once a day, whatever the score does", () => {
    const rounds = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 700, maxLength: 700 });
    let seen = 0;
    fc.assert(
      fc.property(fc.constantFrom(40, 68, 70, 88), rounds, (score, luck) => {
        const agent = follow(score);
        const rises: number[] = [];
        for (const roll of luck) {
          const { tier } = agent.state;
          agent.sees(roll === 0 ? { kind: "loop" } : {}).passes(5, 1);
          if (TIERS.indexOf(agent.state.tier) > TIERS.indexOf(tier)) rises.push(agent.now);
        }
        seen += rises.length;
        for (const [index, at] of rises.entries())
          expect(at - (rises[index - 1] ?? START)).toBeGreaterThanOrEqual(PROMOTION.age);
      }),
      { numRuns: 20 },
    );
    expect(seen).toBeGreaterThan(0);
  });

  test("hold: a state goes on from its JSON as if nothing had happened", () => {
    fc.assert(
      fc.property(initial, life, (score, steps) => {
        let [kept, restored] = [createTrust(score, terms, START), createTrust(score, terms, START)];
        let now = START;
        for (const { fact, wait } of steps) {
          now += wait;
          const next = observe(tick(kept, now, terms).state, fact, now, terms);
          expect(observe(tick(restored, now, terms).state, fact, now, terms)).toEqual(next);
          kept = next.state;
          restored = JSON.parse(JSON.stringify(next.state));
        }
      }),
    );
  });
});
