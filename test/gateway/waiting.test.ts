/** The line for room in an account: in which order those who wait try, and how many of them at once. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Account } from "../../server/core/budget.ts";
import { createWaiting, type Waiter } from "../../server/gateway/waiting.ts";
import { account } from "./hold-support.ts";

/** Most that find no room in one stir. */
const MISSES = 64;

interface One extends Waiter {
  readonly needs: number;
  leave(): void;
}

/** A line of calls, each of which needs so much room. */
function openLine(room: number) {
  const waiting = createWaiting();
  const line: Account = account();
  const state = { room };
  const tried: One[] = [];
  const begun: One[] = [];
  return {
    state,
    tried,
    begun,
    waiting,
    line,
    join(needs: number, started: number, kind: Waiter["kind"] = "admission"): One {
      const one: One = {
        kind,
        started,
        needs,
        leave: () => undefined,
        attempt() {
          tried.push(one);
          if (needs > state.room) return false;
          state.room -= needs;
          begun.push(one);
          return true;
        },
      };
      one.leave = waiting.join(line, one);
      return one;
    },
    /** Gives so much back, and says who tried. */
    stir(more = 0): readonly One[] {
      state.room += more;
      tried.length = 0;
      waiting.stir([line]);
      return [...tried];
    },
  };
}

describe("a line", () => {
  test("lets streams try before calls that would begin, the oldest first, and nobody behind a stream without room", () => {
    const { join, stir, begun } = openLine(0);
    const late = join(1, 30);
    const early = join(1, 10);
    const young = join(5, 20, "extension");
    const old = join(5, 5, "extension");
    expect(stir(4)).toEqual([old]);
    expect(stir(1)).toEqual([old, young]);
    expect(stir(7)).toEqual([young, early, late]);
    expect(begun).toEqual([old, young, early, late]);
    expect(stir(100)).toEqual([]);
  });

  test("forgets who has left", () => {
    const { join, stir, waiting, line } = openLine(0);
    const stream = join(1, 1, "extension");
    const other = join(1, 2);
    expect(waiting.hasExtension(line)).toBe(true);
    stream.leave();
    expect(waiting.hasExtension(line)).toBe(false);
    expect(stir(9)).toEqual([other]);
    expect(stir(9)).toEqual([]);
  });

  test("is full with 1,000", () => {
    const { join, waiting, line } = openLine(0);
    for (let index = 0; index < 1_000; index++) {
      expect(waiting.isFull(line)).toBe(false);
      join(1, index);
    }
    expect(waiting.isFull(line)).toBe(true);
  });

  test("lets the oldest try with every settlement, and only so many behind those who find no room", () => {
    const { join, stir } = openLine(0);
    const line = Array.from({ length: 1_000 }, (_, index) => join(10, index));
    const seen = new Set<One>();
    for (let rounds = 0; rounds < 32; rounds++) {
      const tried = stir();
      expect(tried.length).toBeLessThanOrEqual(MISSES);
      expect(tried[0]).toBe(line[0] as One);
      for (const one of tried) seen.add(one);
    }
    // Nobody was passed over.
    expect(seen.size).toBe(1_000);
  });

  test("lets everybody try where caps were raised", () => {
    const { join, waiting, begun, state } = openLine(0);
    for (let index = 0; index < 500; index++) join(1_000, index);
    const last = join(1, 500);
    state.room = 1;
    waiting.stirAll();
    expect(begun).toEqual([last]);
  });
});

const needs = fc.integer({ min: 1, max: 50 });
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ join: fc.array(needs, { minLength: 1, maxLength: 60 }) }) },
  { weight: 5, arbitrary: fc.record({ give: fc.integer({ min: 0, max: 60 }) }) },
  { weight: 1, arbitrary: fc.record({ leave: fc.nat() }) },
);

describe("whoever comes and goes", () => {
  test("at most 64 in a row find no room, and nobody who fits is left behind for good", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const { join, stir, begun, state } = openLine(0);
        let line: One[] = [];
        let clock = 0;
        for (const one of steps) {
          if ("join" in one) for (const size of one.join) line.push(join(size, clock++));
          if ("leave" in one) line.splice(one.leave % Math.max(1, line.length), 1)[0]?.leave();
          if (!("give" in one)) continue;
          const before = new Set(begun);
          let misses = 0;
          for (const tried of stir(one.give)) {
            const isBegun = begun.includes(tried) && !before.has(tried);
            misses = isBegun ? 0 : misses + 1;
            expect(misses).toBeLessThanOrEqual(MISSES);
          }
          line = line.filter((other) => !begun.includes(other));
        }
        // So many more settlements, and there is nobody for whom there would have been room.
        const turns = Math.ceil(line.length / (MISSES / 2)) * 2 + 2;
        for (let count = 0; count < turns; count++) stir();
        const left = line.filter((one) => !begun.includes(one));
        expect(left.filter(({ needs: size }) => size <= state.room)).toEqual([]);
        expect(new Set(begun).size).toBe(begun.length);
      }),
      { numRuns: 200 },
    );
  });

  test("of those who need the same nobody is overtaken", () => {
    fc.assert(
      fc.property(needs, fc.array(step, { maxLength: 30 }), (size, steps) => {
        const { join, stir, begun } = openLine(0);
        let clock = 0;
        for (const one of steps) {
          if ("join" in one) for (const _ of one.join) join(size, clock++);
          if ("give" in one) stir(one.give);
        }
        expect(begun.map(({ started }) => started)).toEqual(begun.map((_, index) => index));
      }),
      { numRuns: 200 },
    );
  });
});
