import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  chooseLane,
  createTurns,
  LANES,
  type LaneFacts,
  mayStart,
  nextLane,
  type PerLane,
  takeTurn,
  WEIGHTS,
} from "../../server/core/lane.ts";

const NONE: PerLane = { high: 0, normal: 0, low: 0 };
const ALL: PerLane = { high: 9, normal: 9, low: 9 };

describe("the lane of a call", () => {
  const facts: LaneFacts = {
    priority: null,
    configuredPurpose: null,
    declaredPurpose: null,
    tier: "baseline",
    hasKey: true,
  };

  test.each<[string, Partial<LaneFacts>, string]>([
    ["nothing said: normal", {}, "normal"],
    [
      "a configured priority wins over all",
      { priority: "high", configuredPurpose: "ci", declaredPurpose: "ci", tier: "restricted" },
      "high",
    ],
    ["configured production: high", { configuredPurpose: "production" }, "high"],
    [
      "configured production outweighs a restricted tier",
      { configuredPurpose: "Production", tier: "restricted" },
      "high",
    ],
    ["configured ci: low", { configuredPurpose: "ci", tier: "privileged" }, "low"],
    ["configured batch: low", { configuredPurpose: "batch" }, "low"],
    [
      "another configured purpose decides nothing",
      { configuredPurpose: "research", tier: "privileged" },
      "high",
    ],
    ["declared production raises nothing", { declaredPurpose: "production" }, "normal"],
    [
      "declared production does not lift out of a low lane",
      { configuredPurpose: "batch", declaredPurpose: "production" },
      "low",
    ],
    [
      "declared batch lowers a configured purpose",
      { configuredPurpose: "production", declaredPurpose: "batch" },
      "low",
    ],
    ["declared ci lowers what trust gives", { declaredPurpose: "CI", tier: "privileged" }, "low"],
    ["a restricted tier: low", { tier: "restricted" }, "low"],
    ["a privileged tier: high", { tier: "privileged" }, "high"],
    ["a privileged tier without a key: normal", { tier: "privileged", hasKey: false }, "normal"],
  ])("%s", (_, said, lane) => {
    expect(chooseLane({ ...facts, ...said })).toBe(lane as "high");
  });

  test("is never raised by anything that the call declares", () => {
    const purposes = fc.constantFrom(null, "production", "ci", "batch", "research");
    const all = fc.record<LaneFacts>({
      priority: fc.constantFrom(null, ...LANES),
      configuredPurpose: purposes,
      declaredPurpose: fc.oneof(purposes, fc.string()),
      tier: fc.constantFrom("quarantined", "restricted", "baseline", "trusted", "privileged"),
      hasKey: fc.boolean(),
    });
    fc.assert(
      fc.property(all, (given) => {
        const silent = chooseLane({ ...given, declaredPurpose: null });
        expect(LANES.indexOf(chooseLane(given))).toBeGreaterThanOrEqual(LANES.indexOf(silent));
      }),
    );
  });
});

describe("a slot", () => {
  test.each([
    [64, 56],
    [12, 10],
    [8, 7],
    [7, 6],
    [2, 1],
  ])("of %d is given to low calls up to %d of them", (slots, most) => {
    expect(mayStart("low", { ...NONE, low: most - 1 }, slots)).toBe(true);
    expect(mayStart("low", { ...NONE, low: most }, slots)).toBe(false);
    expect(mayStart("normal", { ...NONE, low: most }, slots)).toBe(true);
  });

  test("that is the only one may be had by a low call too", () => {
    expect(mayStart("low", NONE, 1)).toBe(true);
  });

  test("is given to nobody when all are in use, whoever holds them", () => {
    for (const lane of LANES) expect(mayStart(lane, { high: 1, normal: 2, low: 1 }, 4)).toBe(false);
  });

  test("is always there without a limit", () => {
    expect(mayStart("low", { high: 0, normal: 0, low: 1e6 }, Number.POSITIVE_INFINITY)).toBe(true);
  });
});

describe("the next turn", () => {
  test("is nobody's when nobody waits, or when only low calls wait for what is kept from them", () => {
    expect(nextLane(createTurns(), NONE, NONE, 8)).toBeNull();
    expect(nextLane(createTurns(), { ...NONE, low: 3 }, { ...NONE, low: 7 }, 8)).toBeNull();
    expect(nextLane(createTurns(), { ...NONE, low: 3, normal: 1 }, { ...NONE, low: 7 }, 8)).toBe("normal");
  });

  test("is named without being taken", () => {
    const turns = createTurns();
    for (let i = 0; i < 5; i++) expect(nextLane(turns, ALL, NONE, 8)).toBe("high");
  });

  test("goes round at 8 to 3 to 1 while all lanes wait, and stays within two turns of that at any time", () => {
    const turns = createTurns();
    const had = { high: 0, normal: 0, low: 0 };
    for (let turn = 1; turn <= 1_200; turn++) {
      const lane = nextLane(turns, ALL, NONE, 8) ?? "low";
      takeTurn(turns, lane);
      had[lane]++;
      for (const each of LANES)
        expect(Math.abs(had[each] - (turn * WEIGHTS[each]) / 12)).toBeLessThanOrEqual(2);
    }
    expect(had).toEqual({ high: 800, normal: 300, low: 100 });
  });

  test("is shared by weight among the two lanes that wait", () => {
    const turns = createTurns();
    let normal = 0;
    for (let turn = 0; turn < 400; turn++) {
      const lane = nextLane(turns, { ...ALL, high: 0 }, NONE, 8) ?? "high";
      takeTurn(turns, lane);
      if (lane === "normal") normal++;
    }
    expect(normal).toBe(300);
  });

  test("is not saved up by a lane in which nobody waits", () => {
    const turns = createTurns();
    for (let turn = 0; turn < 1_000; turn++) takeTurn(turns, "low");
    const had = { high: 0, normal: 0, low: 0 };
    for (let turn = 0; turn < 14; turn++) {
      const lane = nextLane(turns, ALL, NONE, 8) ?? "low";
      takeTurn(turns, lane);
      had[lane]++;
    }
    expect(had).toEqual({ high: 9, normal: 4, low: 1 });
  });

  test("comes to every lane that waits after 13 turns of others at the latest, whoever else comes and goes", () => {
    const moment = fc.record({
      high: fc.nat(1),
      normal: fc.nat(1),
      low: fc.nat(1),
      lowInUse: fc.constantFrom(0, 0, 7),
    });
    fc.assert(
      fc.property(
        fc.array(moment, { minLength: 50, maxLength: 300 }),
        fc.constantFrom(...LANES),
        (moments, patient) => {
          const turns = createTurns();
          let waited = 0;
          for (const { lowInUse, ...others } of moments) {
            const inUse = { ...NONE, low: lowInUse };
            const lane = nextLane(turns, { ...others, [patient]: 1 }, inUse, 8);
            if (lane) takeTurn(turns, lane);
            waited = lane === patient || !mayStart(patient, inUse, 8) ? 0 : waited + 1;
            expect(waited).toBeLessThanOrEqual(13);
          }
        },
      ),
    );
  });
});
