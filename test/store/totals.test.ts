import { describe, expect, test } from "bun:test";
import type { Line } from "../../server/core/event.ts";
import {
  createSums,
  MAX_NAMES,
  OTHERS,
  parseTotals,
  renderTotals,
  sumLine,
} from "../../server/store/totals.ts";
import { blockedLine, callLine } from "./support.ts";

const place = { seq: 1, prev: "", hash: "" };

describe("lifetime sums", () => {
  test("are the same whether folded in one go or from a checkpoint on", () => {
    const lines: Line[] = [
      { ...callLine("r1", { owner: "a" }), ...place },
      { ...callLine("r2", { owner: "b", cost_nano: null }), ...place },
      { ...blockedLine("b1", { owner: "a" }), ...place },
      { type: "config", time: "2026-01-01T00:00:00.000Z", event: "config.changed", ...place },
    ];
    const whole = createSums();
    for (const line of lines) sumLine(whole, line);
    for (let cut = 0; cut <= lines.length; cut++) {
      const before = createSums();
      for (const line of lines.slice(0, cut)) sumLine(before, line);
      const after = createSums(parseTotals(JSON.parse(JSON.stringify(renderTotals(before)))));
      for (const line of lines.slice(cut)) sumLine(after, line);
      expect(renderTotals(after)).toEqual(renderTotals(whole));
    }
  });

  test("sum owners that agents invent without end under one name", () => {
    const sums = createSums();
    for (let i = 0; i < MAX_NAMES + 500; i++)
      sumLine(sums, { ...callLine("r", { owner: `o${i}` }), ...place });
    expect(sums.owners.size).toBe(MAX_NAMES + 1);
    expect(sums.owners.get(OTHERS)?.calls).toBe(500);
    expect(sums.gateway.calls).toBe(MAX_NAMES + 500);
  });

  test("end where numbers stop being exact, so that a checkpoint can be read again", () => {
    const sums = createSums();
    const absurd = { tokens_in: Number.MAX_VALUE, tokens_out: -Number.MAX_VALUE, cost_nano: 1e300 };
    for (let count = 0; count < 3; count++) sumLine(sums, { ...callLine("r", absurd), ...place });
    const read = parseTotals(JSON.parse(JSON.stringify(renderTotals(sums))));
    expect(read?.gateway.slice(4, 7)).toEqual([
      Number.MAX_SAFE_INTEGER,
      -Number.MAX_SAFE_INTEGER,
      Number.MAX_SAFE_INTEGER,
    ]);
  });

  test("are not read from what is no totals", () => {
    for (const value of [
      null,
      1,
      {},
      { gateway: [], agents: [], owners: [] },
      { gateway: ["", 1], agents: 1 },
    ]) {
      expect(parseTotals(value)).toBeNull();
    }
  });
});
