import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  addLatencies,
  type Latencies,
  noteLatency,
  parseLatencies,
  percentile,
  renderLatencies,
} from "../../server/store/latencies.ts";
import { blockedLine, callLine } from "./support.ts";

function count(latencies: readonly number[]): Latencies {
  const counted: Latencies = new Map();
  for (const latency_ms of latencies) noteLatency(counted, callLine("r", { latency_ms }));
  return counted;
}

const latency = fc.double({ min: 1, max: 900_000, noNaN: true });
const several = fc.array(latency, { minLength: 1, maxLength: 60 });

describe("a percentile", () => {
  test("is within 5 % of the call that has the rank", () => {
    fc.assert(
      fc.property(several, fc.constantFrom(0.5, 0.95, 0.99, 1), (latencies, share) => {
        const sorted = latencies.toSorted((one, other) => one - other);
        const exact = sorted[Math.ceil(sorted.length * share) - 1] ?? 0;
        const told = percentile(count(latencies), share) ?? 0;
        expect(told / exact).toBeGreaterThan(0.95);
        expect(told / exact).toBeLessThan(1.05);
      }),
    );
  });

  test("is the same of counts that were added up as of all calls together", () => {
    fc.assert(
      fc.property(several, several, (one, other) => {
        const sum = count(one);
        addLatencies(sum, count(other));
        expect(renderLatencies(sum)).toBe(renderLatencies(count([...other, ...one])));
      }),
    );
  });

  test("of no call is nothing, and of what took no time a millisecond", () => {
    expect(percentile(new Map(), 0.5)).toBeNull();
    expect(percentile(count([0, 0.2]), 0.5)).toBe(1);
  });
});

test("only calls that were answered whole and without an error are counted", () => {
  const counted: Latencies = new Map();
  noteLatency(counted, callLine("r", { status: 500 }));
  noteLatency(counted, callLine("r", { ending: "gone" }));
  noteLatency(counted, callLine("r", { ending: "failed" }));
  noteLatency(counted, callLine("r", { ending: "interrupted", status: undefined }));
  noteLatency(counted, blockedLine("b"));
  expect(counted.size).toBe(0);
});

test("whatever a line of a file says there, the counts stay few, and are kept as they are", () => {
  const said: unknown[] = [-1, Number.NaN, Number.POSITIVE_INFINITY, 1e300, null, "long", {}];
  const counted: Latencies = new Map();
  for (const latency_ms of said) noteLatency(counted, { ...callLine("r"), latency_ms } as never);
  expect(counted.size).toBeLessThanOrEqual(2);
  expect(parseLatencies(renderLatencies(counted))).toEqual(counted);
  expect(parseLatencies(renderLatencies(count([5, 500, 5])))).toEqual(count([500, 5, 5]));
});
