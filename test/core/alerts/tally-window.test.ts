import { expect, test } from "bun:test";
import fc from "fast-check";
import { count, countsOf, createTallyWindow } from "../../../server/core/alerts/tally-window.ts";

const WINDOW = 10_000;
const SLOT = WINDOW / 10;

test("whatever lies within the window is counted, and nothing that is a tenth older", () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 40_000 }), { maxLength: 50 }), (times) => {
      const window = createTallyWindow();
      const sorted = times.toSorted((a, b) => a - b);
      for (const at of sorted) count(window, WINDOW, at, 1, at % 2);
      const now = sorted.at(-1) ?? 0;
      const { total, marked } = countsOf(window, WINDOW, now);
      expect(total).toBeGreaterThanOrEqual(sorted.filter((at) => at > now - WINDOW + SLOT).length);
      expect(total).toBeLessThanOrEqual(sorted.filter((at) => at > now - WINDOW).length);
      expect(marked).toBeLessThanOrEqual(total);
    }),
  );
});

test("a window holds ten slots, however much is counted", () => {
  const window = createTallyWindow();
  for (let at = 0; at < 1_000_000; at += 37) count(window, WINDOW, at, 1, 0);
  expect(window.slots).toHaveLength(10);
});

test("what was counted before the clock was set back counts no more", () => {
  const window = createTallyWindow();
  count(window, WINDOW, 50_000, 5, 0);
  expect(countsOf(window, WINDOW, 20_000)).toEqual({ total: 0, marked: 0 });
});
