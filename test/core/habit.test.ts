import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type Habit, isUnusual, LEARNING, learn, NO_HABIT } from "../../server/core/habit.ts";

function habitOf(figures: readonly number[]): Habit {
  return figures.reduce(learn, NO_HABIT);
}

const steady = habitOf(Array.from({ length: LEARNING }, () => 1000));

describe("a habit", () => {
  test("finds nothing unusual before it has learnt enough", () => {
    const young = habitOf(Array.from({ length: LEARNING - 1 }, () => 1000));
    expect(isUnusual(young, 1e12)).toBe(false);
    expect(isUnusual(learn(young, 1000), 1e12)).toBe(true);
  });

  test("of always the same still allows twice as much, and not three times", () => {
    expect(isUnusual(steady, 2000)).toBe(false);
    expect(isUnusual(steady, 3000)).toBe(true);
  });

  test("never minds less than usual", () => {
    expect(isUnusual(steady, 0)).toBe(false);
  });

  test("of figures that vary widely allows more", () => {
    const varied = habitOf(Array.from({ length: 100 }, (_, index) => (index % 2 === 0 ? 100 : 10_000)));
    expect(isUnusual(varied, 100_000)).toBe(false);
    expect(isUnusual(varied, 1e9)).toBe(true);
  });

  test("is not blinded by one outlier, however large", () => {
    expect(isUnusual(learn(steady, 1e15), 5000)).toBe(true);
  });

  test("makes a lasting change ordinary in the end", () => {
    const changed = Array.from({ length: 20 }, () => 20_000).reduce(learn, steady);
    expect(isUnusual(steady, 20_000)).toBe(true);
    expect(isUnusual(changed, 20_000)).toBe(false);
  });

  test("never minds figures that stay within a factor of 2.7", () => {
    const base = fc.integer({ min: 1, max: 1e12 });
    const factors = fc.array(fc.double({ min: 1, max: 2.7, noNaN: true }), { minLength: 30, maxLength: 200 });
    fc.assert(
      fc.property(base, factors, (least, several) => {
        let habit = NO_HABIT;
        for (const factor of several) {
          expect(isUnusual(habit, least * factor)).toBe(false);
          habit = learn(habit, least * factor);
        }
      }),
    );
  });

  test("stays finite whatever it is fed", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1e300, noNaN: true })), (figures) => {
        const { mean, variance } = habitOf(figures);
        expect(Number.isFinite(mean)).toBe(true);
        expect(Number.isFinite(variance) && variance >= 0).toBe(true);
      }),
    );
  });
});
