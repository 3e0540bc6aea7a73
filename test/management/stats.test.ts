import { describe, expect, test } from "bun:test";
import type { StatsAnswer } from "../../server/management/wire/records.ts";
import { blockedLine } from "../store/support.ts";
import { type Harness, makeCall, NOON, readError, startManagement } from "./support.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const time = (at: number) => new Date(at).toISOString();

async function read(api: Harness, query: string): Promise<StatsAnswer> {
  return (await (await api.asAdmin(`/api/stats?${query}`)).json()) as StatsAnswer;
}

const sum = (values: readonly (number | null)[] = []) =>
  values.reduce<number>((all, one) => all + (one ?? 0), 0);

describe("the series of a chart", () => {
  test("have a point for each step, with zeros where nothing happened and null where nothing is known", async () => {
    await using api = startManagement();
    api.append(makeCall({ time: time(NOON - 2 * HOUR), cost_nano: 1_000_000_000, latency_ms: 500 }));
    api.append(makeCall({ time: time(NOON - 2 * HOUR), status: 500, cost: null, cost_nano: null }));
    api.append(makeCall({ time: time(NOON - HOUR), cost: null, cost_nano: null, ending: "gone" }));
    api.append(blockedLine("b", { count: 4 }, NOON));
    const { times, series, step, from, to } = await read(api, "from=3h&step=1h");
    expect([step, from, to]).toEqual(["1h", time(NOON - 3 * HOUR), time(NOON + HOUR)]);
    expect(times).toEqual([-3, -2, -1, 0].map((hours) => time(NOON + hours * HOUR)));
    expect(series).toEqual([
      {
        key: null,
        calls: [0, 2, 1, 0],
        errors: [0, 1, 0, 0],
        refusals: [0, 0, 0, 4],
        tokens_in: [0, 20, 10, 0],
        tokens_out: [0, 10, 5, 0],
        cost: [0, 1, null, 0],
        unpriced: [0, 1, 1, 0],
        p50_ms: [null, expect.any(Number), null, null],
        p95_ms: [null, expect.any(Number), null, null],
        p99_ms: [null, expect.any(Number), null, null],
      },
    ]);
  });

  test.each([
    ["range=1h", "1m", 61, MINUTE],
    ["", "1h", 25, HOUR],
    ["range=7d", "1h", 169, HOUR],
    ["range=30d", "1d", 31, 24 * HOUR],
    ["range=30d&step=1h", "1h", 721, HOUR],
  ])("of %j are told by %s, in %d points", async (query, step, points, length) => {
    await using api = startManagement();
    api.append(makeCall({ time: time(NOON) }));
    const answer = await read(api, query);
    expect([answer.step, answer.times.length]).toEqual([step, points] as never);
    expect(Date.parse(answer.to) - Date.parse(answer.from)).toBe(points * length);
    expect(sum(answer.series[0]?.calls)).toBe(1);
    for (const values of Object.values(answer.series[0] ?? {})) {
      if (Array.isArray(values)) expect(values).toHaveLength(points);
    }
  });

  test("are narrowed to an agent, and told apart by what was asked for, the dearest first", async () => {
    await using api = startManagement();
    api.append(makeCall({ agent: "a", model: "cheap" }));
    api.append(makeCall({ agent: "b", model: "dear", cost_nano: 9_000_000_000 }));
    api.append(makeCall({ agent: "b", model: undefined }));
    const keys = async (query: string) =>
      (await read(api, query)).series.map(({ key, calls }) => [key, sum(calls)]);
    expect(await keys("by=agent")).toEqual([
      ["b", 2],
      ["a", 1],
    ]);
    expect(await keys("by=model&agent=b")).toEqual([
      ["dear", 1],
      [null, 1],
    ]);
    expect(await keys("agent=a")).toEqual([[null, 1]]);
    expect(await keys("by=agent&agent=nobody")).toEqual([]);
  });

  test("are ten at most, and one of all others", async () => {
    await using api = startManagement();
    for (let i = 0; i < 30; i++) api.append(makeCall({ agent: `agent-${i}`, cost_nano: i * 1_000_000 }));
    const { series } = await read(api, "by=agent");
    expect(series.map(({ key }) => key)).toEqual([
      ...Array.from({ length: 10 }, (_, i) => `agent-${29 - i}`),
      "(others)",
    ]);
    expect(sum(series.at(-1)?.calls)).toBe(20);
    expect(sum(series.flatMap(({ calls }) => calls))).toBe(30);
  });

  test("are refused where they would be too long, or of minutes that nobody kept", async () => {
    await using api = startManagement();
    for (const [query, told] of [
      ["from=2020-01-01&step=1d", "more than 750 steps"],
      ["from=90d&step=1h", "more than 750 steps"],
      ["from=4h&step=1m", "three hours ago"],
      ["range=1h&from=1h", "`range` does not go with"],
      ["range=2h", "`range` must be one of"],
      ["by=day", "`by` must be one of"],
      ["step=1w", "`step` must be one of"],
      ["from=1h&to=2h", "`from` must be before"],
      ["owner=x", '"owner" is not a parameter'],
    ]) {
      const answer = await api.asAdmin(`/api/stats?${query}`);
      expect([query, answer.status]).toEqual([query, 400]);
      const { code, message } = await readError(answer);
      expect(code).toBe("invalid_parameter");
      expect(message).toContain(told ?? "");
    }
  });
});
