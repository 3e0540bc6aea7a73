import { describe, expect, test } from "bun:test";
import { createBreakdown } from "../../server/management/breakdown.ts";
import type { SumRow } from "../../server/store/store.ts";
import { makeTally, NOON } from "./support.ts";

function makeRow(given: Partial<SumRow>, calls = 1): SumRow {
  const labels = { agent: "a", owner: "", purpose: "", provider: "p", model: "m" };
  return { ...labels, tally: makeTally({ calls }), latencies: new Map(), ...given };
}

describe("a breakdown", () => {
  test("sums names that agents invent without end under one, and loses no call", () => {
    const breakdown = createBreakdown("owner", "UTC");
    const rows = Array.from({ length: 10_050 }, (_, i) => makeRow({ owner: `invented-${i}` }));
    breakdown.add({ start: NOON, rows });
    const groups = breakdown.list();
    expect(groups).toHaveLength(10_001);
    expect(groups[0]).toMatchObject({ key: "(others)", tally: { calls: 50 } });
    expect(breakdown.total().tally.calls).toBe(10_050);
  });

  test("sums models that agents invent without end under one, in each group", () => {
    const breakdown = createBreakdown("agent", "UTC");
    const rows = Array.from({ length: 50_020 }, (_, i) => makeRow({ model: `invented-${i}` }));
    breakdown.add({ start: NOON, rows });
    const models = breakdown.list()[0]?.models;
    expect(models?.size).toBe(50_001);
    expect(models?.get("(others)")).toMatchObject({ calls: 20 });
  });

  test("lists the dearest first, then the busiest, then those that were refused most; days in their order", () => {
    const rows = [
      makeRow({ owner: "refused", tally: makeTally({ blocked: 9 }) }),
      makeRow({ owner: "busy" }, 5),
      makeRow({ owner: "dear", tally: makeTally({ costNano: 1 }) }),
      makeRow({ owner: "", tally: makeTally({ blocked: 1 }) }),
    ];
    const byOwner = createBreakdown("owner", "UTC");
    byOwner.add({ start: NOON, rows });
    expect(byOwner.list().map(({ key }) => key)).toEqual(["dear", "busy", "refused", ""]);

    const byDay = createBreakdown("day", "Asia/Kolkata");
    byDay.add({ start: NOON, rows: rows.slice(0, 1) });
    byDay.add({ start: NOON + 7 * 3_600_000, rows });
    expect(byDay.list().map(({ key }) => key)).toEqual(["2026-01-10", "2026-01-11"]);
  });

  test("counts no model for what was refused", () => {
    const breakdown = createBreakdown("agent", "UTC");
    breakdown.add({ start: NOON, rows: [makeRow({ tally: makeTally({ blocked: 1 }) })] });
    expect(breakdown.total().models.size).toBe(0);
  });
});
