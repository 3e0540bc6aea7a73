import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  countWatched,
  createSeries,
  readSeries,
  record,
  STEP,
  STEPS,
  sumLastMinute,
  sumMinutes,
  watchedOnlySince,
} from "../../web/src/feed/series.ts";

const NOW = 1_800_000_000_000;

describe("series", () => {
  test("collects what falls into one step", () => {
    const series = record(record(createSeries(), 2, NOW), 3, NOW + STEP - 1);
    expect(readSeries(series, NOW).at(-1)).toBe(5);
  });

  test("moves on while nothing happens, and forgets what is ten minutes old", () => {
    const series = record(createSeries(), 7, NOW);
    expect(readSeries(series, NOW + 3 * STEP).at(-4)).toBe(7);
    expect(readSeries(series, NOW + (STEPS - 1) * STEP).at(0)).toBe(7);
    expect(readSeries(series, NOW + STEPS * STEP).every((value) => value === 0)).toBe(true);
  });

  test("leaves the series it was given alone", () => {
    const before = record(createSeries(), 1, NOW);
    record(before, 1, NOW);
    expect(readSeries(before, NOW).at(-1)).toBe(1);
  });

  test("a clock that was set back loses nothing", () => {
    const series = record(record(createSeries(), 1, NOW), 1, NOW - 10 * STEP);
    expect(readSeries(series, NOW).reduce((sum, value) => sum + value, 0)).toBe(2);
  });

  test("knows how many steps were watched, the present one always", () => {
    expect(countWatched(NOW, NOW)).toBe(1);
    expect(countWatched(NOW, NOW + 4 * STEP)).toBe(5);
    expect(countWatched(NOW, NOW - STEP)).toBe(1);
    expect(countWatched(NOW, NOW + 1000 * STEP)).toBe(STEPS);
  });

  test("says since when it was watched until that is ten minutes", () => {
    expect(watchedOnlySince(NOW, NOW + 60_000)).toBe(NOW);
    expect(watchedOnlySince(NOW, NOW + (STEPS - 2) * STEP)).toBe(NOW);
    expect(watchedOnlySince(NOW, NOW + (STEPS - 1) * STEP)).toBeNull();
  });

  test("the last minute alone is the last of all minutes, however long nothing has happened", () => {
    const drops = fc.array(fc.tuple(fc.integer({ min: 0, max: 3 * STEPS }), fc.integer({ min: 1, max: 9 })));
    fc.assert(
      fc.property(drops, fc.integer({ min: 0, max: 4 * STEPS }), (amounts, at) => {
        const series = amounts
          .toSorted(([a], [b]) => a - b)
          .reduce((sum, [step, amount]) => record(sum, amount, NOW + step * STEP), createSeries());
        const now = NOW + at * STEP;
        expect(sumLastMinute(series, now)).toBe(sumMinutes(readSeries(series, now)).at(-1) ?? -1);
      }),
    );
  });

  test("sums each whole minute", () => {
    const series = record(record(createSeries(), 1, NOW), 2, NOW + 6 * STEP);
    const minutes = sumMinutes(readSeries(series, NOW + 6 * STEP));
    expect(minutes.at(-1)).toBe(3);
    expect(minutes.at(-2)).toBe(1);
    expect(minutes).toHaveLength(STEPS - 60_000 / STEP + 1);
  });
});
