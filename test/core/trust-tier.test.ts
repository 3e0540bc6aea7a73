import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import fc from "fast-check";
import {
  fall,
  HYSTERESIS,
  limitFactor,
  rise,
  TIER_SCORES,
  TIERS,
  type Tier,
  tierLane,
} from "../../server/core/trust-tier.ts";

/** The tier after a score, where nothing but the score decides. */
function move(tier: Tier, score: number): Tier {
  const fallen = fall(tier, score, true);
  return fallen === tier ? rise(tier, score) : fallen;
}

describe("a tier", () => {
  test("is left towards the middle three points beyond where it was entered", () => {
    expect(fall("baseline", 40, true)).toBe("baseline");
    expect(fall("baseline", 39, true)).toBe("restricted");
    expect(rise("restricted", 42)).toBe("restricted");
    expect(rise("restricted", 43)).toBe("baseline");
    expect(rise("quarantined", 22)).toBe("quarantined");
    expect(rise("quarantined", 23)).toBe("restricted");
    expect(rise("baseline", 70)).toBe("trusted");
    expect(fall("trusted", 67, true)).toBe("trusted");
    expect(fall("trusted", 66, true)).toBe("baseline");
    expect(rise("trusted", 90)).toBe("privileged");
    expect(fall("privileged", 87, true)).toBe("privileged");
    expect(fall("privileged", 86, true)).toBe("trusted");
  });

  test("falls as far as the score says and rises one step", () => {
    expect(fall("privileged", 5, true)).toBe("quarantined");
    expect(rise("quarantined", 100)).toBe("restricted");
    expect(rise("privileged", 100)).toBe("privileged");
  });

  test("is never quarantine unless that was asked for", () => {
    expect(fall("baseline", 0, false)).toBe("restricted");
  });

  test("does not flap when the score wavers by two points around where a tier begins", () => {
    const wavering = fc.array(fc.integer({ min: -2, max: 2 }), { minLength: 1, maxLength: 100 });
    fc.assert(
      fc.property(fc.constantFrom(...Object.values(TIER_SCORES)), wavering, (score, noise) => {
        for (const start of TIERS) {
          let tier = start;
          // A start far from the score comes near it first, one step per call.
          for (const _ of TIERS) tier = move(tier, score);
          let changes = 0;
          for (const deviation of noise) {
            const next = move(tier, score + deviation);
            if (next !== tier) changes++;
            tier = next;
          }
          expect(changes).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  test("is one in which fall and rise agree: what may rise would not fall again at the same score", () => {
    fc.assert(
      fc.property(fc.constantFrom(...TIERS), fc.integer({ min: 0, max: 100 }), (tier, score) => {
        const risen = rise(tier, score);
        expect(fall(risen, score, true)).toBe(risen === tier ? fall(tier, score, true) : risen);
        if (risen !== tier) expect(fall(risen, score - HYSTERESIS, true)).toBe(risen);
      }),
    );
  });
});

describe("what a tier is worth", () => {
  test("is less for the restricted, whether or not they have a key", () => {
    for (const hasKey of [true, false]) {
      expect(limitFactor("restricted", true, hasKey)).toBe(0.5);
      expect(tierLane("restricted", hasKey)).toBe("low");
    }
  });

  test("is more only where the operator raises and a key proves the agent", () => {
    expect(limitFactor("trusted", true, true)).toBe(1.5);
    expect(limitFactor("privileged", true, true)).toBe(2);
    for (const tier of ["trusted", "privileged"] as const) {
      expect(limitFactor(tier, false, true)).toBe(1);
      expect(limitFactor(tier, true, false)).toBe(1);
    }
  });

  test("is the high lane for the privileged with a key alone", () => {
    const high = TIERS.flatMap((tier) => [true, false].map((hasKey) => [tier, hasKey] as const)).filter(
      ([tier, hasKey]) => tierLane(tier, hasKey) === "high",
    );
    expect(high).toEqual([["privileged", true]]);
  });

  test("stands in docs/trust.md, tier by tier, and no other", async () => {
    const page = await Bun.file(join(import.meta.dir, "../../docs/trust.md")).text();
    const rows = [...page.matchAll(/^\| `(\w+)` +\| (below|from) (\d+) +\| x([\d.]+) +\| (\w+) +\|$/gm)];
    const documented = rows.map(([, tier, , score, factor, lane]) => [
      tier,
      Number(score),
      Number(factor),
      lane,
    ]);
    const scores = new Map<string, number>(Object.entries(TIER_SCORES));
    expect(documented).toEqual(
      TIERS.map((tier) => [
        tier,
        scores.get(tier) ?? TIER_SCORES.restricted,
        limitFactor(tier, true, true),
        tierLane(tier, true),
      ]),
    );
  });
});
