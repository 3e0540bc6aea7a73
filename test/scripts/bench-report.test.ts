import { expect, test } from "bun:test";
import { type Measured, renderReport } from "../../scripts/bench/report.ts";
import { readInstants, renderEvent, spreadOf } from "../../scripts/bench/wire.ts";

const at = (p50: number, p99: number) => ({ p50, p99 });

function measured(name: string, perSecond: number, cpu: number | null, first: number): Measured {
  return {
    name,
    requests: [{ perSecond, latency: at(1, 2), cpu, failed: 0 }],
    streams: [{ firstEvent: at(first, first * 2), delay: at(0.5, 1), cpu, failed: 1 }],
    memory: cpu === null ? null : { now: 50 * 1024 ** 2, peak: 60 * 1024 ** 2 },
  };
}

test("figures stand beside the minimal proxy's and delays are what is added to direct", () => {
  const all = [
    measured("direct", 9000, null, 1),
    measured("minimal proxy", 4000, 20, 2),
    measured("x", 3000, 30, 4),
  ];
  const text = renderReport(all, { connections: 32, streams: 500 });
  expect(text).toContain("- x: 0.75 of the minimal proxy's requests/s, 1.50 times its CPU per request");
  const row = text.split("\n").filter((line) => line.startsWith("| x "))[1];
  expect(row?.split("|").map((cell) => cell.trim())).toEqual([
    "",
    "x",
    "3.00",
    "6.00",
    "0.00",
    "0.00",
    "30.0",
    "1",
    "",
  ]);
});

test("a median of several rounds leaves the odd one out", () => {
  const rounds = [1000, 10, 1001].map((perSecond) => ({
    perSecond,
    latency: at(1, 2),
    cpu: null,
    failed: 0,
  }));
  const text = renderReport([{ ...measured("direct", 0, null, 1), requests: rounds }], {
    connections: 1,
    streams: 1,
  });
  expect(text).toContain("1,000");
});

test("an event tells when it was sent, wherever a piece of the stream is cut", () => {
  const event = renderEvent(1_760_000_000_123.456, false);
  expect(readInstants(event + event)).toEqual([1_760_000_000_123.456, 1_760_000_000_123.456]);
  expect(JSON.parse(renderEvent(1, true).slice(6)).usage.total_tokens).toBe(220);
});

test("a spread of nothing is zero", () => {
  expect(spreadOf([])).toEqual({ p50: 0, p99: 0 });
  expect(spreadOf(Array.from({ length: 100 }, (_, index) => index))).toEqual({ p50: 50, p99: 99 });
});
