import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  type Finding,
  type Raised,
  step,
  stepMoment,
  type TellingTerms,
} from "../../../server/core/alerts/law.ts";

const TERMS: TellingTerms = { repeat: null, recovery: true, calm: 0 };
const HOUR = 3_600_000;

const holds = (period = "p"): Finding => ({ holds: true, period });
const NOT: Finding = { holds: false };

/** What is told of these findings, one a second; `restart` says where everything but what is on disk is lost. */
function tellAll(
  findings: readonly (Finding | null)[],
  terms: TellingTerms = TERMS,
  restart: (at: number) => boolean = () => false,
) {
  let memory: Raised | null = null;
  return findings.map((finding, second) => {
    const now = second * 1_000;
    if (memory !== null && restart(second)) memory = { ...memory, heldAt: now };
    const next = step(memory, finding, terms, now);
    memory = next.memory;
    return next.tell;
  });
}

const finding = fc.oneof(
  fc.constant(NOT),
  fc.constantFrom("a", "b", "c").map((period) => holds(period)),
);
const findings = fc.array(finding, { maxLength: 60 });

describe("what lasts is told", () => {
  test("when it begins and when it is over, and not in between", () => {
    const told = tellAll([NOT, holds(), holds(), holds(), NOT, NOT, holds()]);
    expect(told).toEqual([null, "raised", null, null, "recovered", null, "raised"]);
  });

  test("anew when it is of another period", () => {
    expect(tellAll([holds("1"), holds("1"), holds("2"), holds("2")])).toEqual([
      "raised",
      null,
      "raised",
      null,
    ]);
  });

  test("again after each interval, where one is given", () => {
    const terms = { ...TERMS, repeat: 2_000 };
    const told = tellAll([holds(), holds(), holds(), holds(), holds(), NOT], terms);
    expect(told).toEqual(["raised", null, "repeated", null, "repeated", "recovered"]);
  });

  test("without its end where that is not wanted", () => {
    expect(tellAll([holds(), NOT, holds()], { ...TERMS, recovery: false })).toEqual([
      "raised",
      null,
      "raised",
    ]);
  });

  test("once while it flickers", () => {
    const terms = { ...TERMS, calm: 3_000 };
    const told = tellAll([holds(), NOT, holds(), NOT, NOT, NOT, NOT], terms);
    expect(told).toEqual(["raised", null, null, null, null, "recovered", null]);
  });

  test("neither as begun nor as over while nothing is known", () => {
    expect(tellAll([null, holds(), null, holds(), null])).toEqual([null, "raised", null, null, null]);
  });

  test("on when the clock was set back by more than the interval", () => {
    const raised = { period: "p", since: HOUR, toldAt: HOUR, heldAt: HOUR };
    expect(step(raised, holds(), { ...TERMS, repeat: 60_000 }, 0).tell).toBe("repeated");
    expect(step(raised, NOT, { ...TERMS, calm: 60_000 }, 0).tell).toBe("recovered");
  });
});

describe("whatever comes", () => {
  test("a crossing is told once in each of its periods", () => {
    fc.assert(
      fc.property(findings, (all) => {
        const told = tellAll(all);
        const periods = all.map((one) => (one.holds ? one.period : null));
        const begun = periods.map((period, at) => period !== null && period !== (periods[at - 1] ?? null));
        expect(told.map((one) => one === "raised")).toEqual(begun);
      }),
    );
  });

  test("an end is told once after each beginning, and never without one", () => {
    fc.assert(
      fc.property(findings, fc.nat({ max: 5_000 }), (all, calm) => {
        let isRaised = false;
        for (const tell of tellAll(all, { ...TERMS, calm })) {
          if (tell === "recovered") expect(isRaised).toBe(true);
          if (tell === "raised" || tell === "recovered") isRaised = tell === "raised";
        }
      }),
    );
  });

  test("two tellings of one period are never closer than the interval", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1_000, max: 20_000 }), fc.nat({ max: 60 }), (repeat, length) => {
        const told = tellAll(Array<Finding>(length).fill(holds()), { ...TERMS, repeat });
        const at = told.flatMap((tell, second) => (tell === null ? [] : [second * 1_000]));
        for (const [index, time] of at.entries()) {
          if (index > 0) expect(time - (at[index - 1] ?? 0)).toBeGreaterThanOrEqual(repeat);
        }
      }),
    );
  });

  test("a restart at any moment tells nothing that would not have been told", () => {
    fc.assert(
      fc.property(findings, fc.array(fc.nat({ max: 60 })), (all, restarts) => {
        const told = tellAll(all, TERMS, (second) => restarts.includes(second));
        expect(told).toEqual(tellAll(all));
      }),
    );
  });
});

describe("a moment", () => {
  test("is told, and not again until the interval is over", () => {
    const first = stepMoment(null, 1_000, 0);
    expect(first.tell).toBe("raised");
    expect(stepMoment(first.memory, 1_000, 999)).toEqual({ memory: first.memory, tell: null });
    expect(stepMoment(first.memory, 1_000, 1_000).tell).toBe("raised");
  });

  test("is quiet for a quarter of an hour where no interval is given", () => {
    const { memory } = stepMoment(null, null, 0);
    expect(stepMoment(memory, null, HOUR / 4 - 1).tell).toBeNull();
    expect(stepMoment(memory, null, HOUR / 4).tell).toBe("raised");
  });
});
