import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { dayStart, hourEnd, hourStart } from "../../server/core/calendar.ts";
import type { Line, NewLine } from "../../server/core/event.ts";
import { readReport } from "../../server/management/report.ts";
import type { ReportQuery } from "../../server/management/report-query.ts";
import { viewReport } from "../../server/management/report-view.ts";
import type { ReportAnswer, ReportBy } from "../../server/management/wire/records.ts";
import { rebuildIndex } from "../../server/store/rebuild.ts";
import type { Store } from "../../server/store/store.ts";
import { blockedLine, callLine, makeStoreHome } from "../store/support.ts";
import { type Harness, makeCall, NOON, readError, startManagement } from "./support.ts";

const HOUR = 3_600_000;
const time = (at: number) => new Date(at).toISOString();
const waiting = new AbortController().signal;

async function read(api: Harness, query: string): Promise<ReportAnswer> {
  return (await (await api.asAdmin(`/api/reports?${query}`)).json()) as ReportAnswer;
}

const figures = ({ rows }: ReportAnswer) => rows.map(({ key, calls, cost }) => [key, calls, cost]);

describe("a report", () => {
  test("sums up calls, errors, refusals, tokens, costs and latencies, the dearest first", async () => {
    await using api = startManagement();
    api.append(makeCall({ owner: "team-ml", cost_nano: 2_000_000, latency_ms: 1_000 }));
    api.append(makeCall({ owner: "team-ml", status: 503, cost_nano: 0, latency_ms: 9 }));
    api.append(makeCall({ owner: "team-ml", model: "o3", cost: null, cost_nano: null, latency_ms: 3_000 }));
    api.append(blockedLine("b", { owner: "team-ml", count: 7 }, NOON - 1_000));
    api.append(makeCall({ owner: "dear", cost_nano: 5_000_000_000 }));
    const report = await read(api, "by=owner");
    expect(report).toMatchObject({
      by: "owner",
      from: time(NOON - HOUR),
      to: time(NOON + HOUR),
      timezone: "UTC",
      known_from: time(NOON - HOUR),
      made_at: time(NOON),
      filters: { agent: null, owner: null, purpose: null },
    });
    expect(report.rows.map(({ key }) => key)).toEqual(["dear", "team-ml"]);
    expect(report.rows[1]).toEqual({
      key: "team-ml",
      calls: 3,
      errors: 1,
      refusals: 7,
      tokens_in: 30,
      tokens_out: 15,
      cost: 0.002,
      unpriced: 1,
      latency_ms: { p50: expect.closeTo(1_000, -2), p95: expect.closeTo(3_000, -3), p99: expect.any(Number) },
      top_models: [
        { model: "gpt-4o", calls: 2, cost: 0.002, unpriced: 0 },
        { model: "o3", calls: 1, cost: null, unpriced: 1 },
      ],
    });
    expect(report.total).toMatchObject({ calls: 4, refusals: 7, cost: 5.002, unpriced: 1 });
  });

  test("says null, not zero, where no price is known, and zero where nobody called", async () => {
    await using api = startManagement();
    api.append(makeCall({ agent: "unknown", cost: null, cost_nano: null }));
    api.append(blockedLine("b", { agent: "refused" }, NOON - 1_000));
    const { rows } = await read(api, "by=agent");
    expect(
      rows.map(({ key, cost, unpriced, latency_ms: { p50 } }) => [key, cost, unpriced, p50 === null]),
    ).toEqual([
      ["unknown", null, 1, false],
      ["refused", 0, 0, true],
    ]);
  });

  test("is narrowed by agent, owner, purpose and period, and by nothing else", async () => {
    await using api = startManagement();
    api.append(makeCall({ agent: "a", owner: "o", purpose: "p" }));
    api.append(makeCall({ agent: "b", owner: "o" }));
    api.append(makeCall({ agent: "c", purpose: "p", time: time(NOON - 30 * HOUR) }));
    const agents = async (query: string) => (await read(api, query)).rows.map(({ key }) => key).toSorted();
    expect(await agents("by=agent")).toEqual(["a", "b", "c"]);
    expect(await agents("by=agent&owner=o")).toEqual(["a", "b"]);
    expect(await agents("by=agent&owner=o&purpose=p")).toEqual(["a"]);
    expect(await agents("by=agent&agent=c")).toEqual(["c"]);
    expect(await agents("by=agent&from=24h")).toEqual(["a", "b"]);
    expect(await agents("by=agent&to=2h")).toEqual(["c"]);
    expect(await agents("by=agent&agent=nobody")).toEqual([]);
    expect((await read(api, "by=agent&owner=o")).filters).toEqual({ agent: null, owner: "o", purpose: null });
    expect((await read(api, "agent=c&by=day")).rows.map(({ key }) => key)).toEqual(["2026-01-09"]);
  });

  test("without a call says so, and that nothing is known", async () => {
    await using api = startManagement();
    expect(await read(api, "by=model")).toMatchObject({
      rows: [],
      known_from: null,
      total: { calls: 0, cost: 0 },
    });
  });

  test("refuses a query that is wrong in the one shape of errors, and names everything wrong with it", async () => {
    await using api = startManagement();
    const answer = await api.asAdmin("/api/reports?by=team&from=soon&format=pdf&owner=&agnet=a&to=1h&to=2h");
    expect(answer.status).toBe(400);
    const { code, message, details } = await readError(answer);
    expect(code).toBe("invalid_parameter");
    expect(message).toContain("`by` must be one of agent, owner, purpose, model, provider, day");
    expect((details as { problems: string[] }).problems).toHaveLength(6);
    for (const period of ["from=1h&to=2h", "from=2027-01-01", "from=2026-01-01&to=2026-01-01"]) {
      expect((await api.asAdmin(`/api/reports?${period}`)).status).toBe(400);
    }
    expect((await api.asAdmin("/api/reports?from=9999999d&to=9999-12-31")).status).toBe(200);
  });

  test("as CSV is exact, quoted, and runs no formula", async () => {
    await using api = startManagement();
    api.append(makeCall({ owner: "=cmd|' /C calc'!A0", model: 'a,"b"', cost_nano: 123_456_789 }));
    api.append(makeCall({ owner: undefined, cost: null, cost_nano: null, latency_ms: 1, ending: "gone" }));
    const answer = await api.asAdmin("/api/reports?by=owner&format=csv");
    expect(answer.headers.get("content-type")).toBe("text/csv; charset=utf-8; header=present");
    expect(answer.headers.get("content-disposition")).toContain("attachment");
    expect((await answer.text()).split("\r\n")).toEqual([
      "owner,calls,errors,refusals,tokens_in,tokens_out,cost,unpriced,p50_ms,p95_ms,p99_ms,top_models",
      `'=cmd|' /C calc'!A0,1,0,0,10,5,0.123456789,0,245,245,245,"a,""b"""`,
      ",1,0,0,10,5,,1,,,,gpt-4o",
      "",
    ]);
  });
});

/** What a report must say, summed up line by line. */
function sumUp(lines: readonly Line[], { by, filter }: ReportQuery, from: number, to: number, zone: string) {
  const date = new Intl.DateTimeFormat("sv-SE", { timeZone: zone });
  const rows = new Map<string | null, number[]>();
  for (const line of lines) {
    const at = Date.parse(line.time);
    if ((line.type !== "call" && line.type !== "blocked") || at < from || at >= to) continue;
    if (
      (["agent", "owner", "purpose"] as const).some(
        (name) => filter[name] !== undefined && line[name] !== filter[name],
      )
    )
      continue;
    const model = line.type === "call" ? (line.model ?? line.requested_model) : line.requested_model;
    const labels = { ...line, model, day: date.format(dayStart(at, zone)) };
    const key = labels[by] ?? null;
    const row = rows.get(key) ?? [0, 0, 0, 0, 0, 0, 0];
    const add =
      line.type === "call"
        ? [
            1,
            line.ending === "failed" || (line.status ?? 0) >= 400 ? 1 : 0,
            0,
            line.tokens_in ?? 0,
            line.tokens_out ?? 0,
            line.cost_nano ?? 0,
            line.cost_nano === null ? 1 : 0,
          ]
        : [0, 0, line.count ?? 1, 0, 0, 0, 0];
    rows.set(
      key,
      row.map((value, i) => value + (add[i] ?? 0)),
    );
  }
  return rows;
}

async function ask(store: Store, query: ReportQuery, zone: string, now: number): Promise<ReportAnswer> {
  return viewReport(await readReport(store.index, query, zone, now, waiting));
}

const ZONES = ["UTC", "Europe/Berlin", "Asia/Kolkata", "America/St_Johns", "Australia/Lord_Howe"] as const;
/** Two nights in which clocks in Europe and near Australia are changed. */
const BEGIN = Date.parse("2026-03-27T00:00Z");
const SPAN = 10 * 24 * HOUR;

test("what a report says is what the journal's lines sum up to, in any zone, and after the index was made anew", async () => {
  const name = fc.constantFrom(undefined, "x", "y", "z");
  const line = fc.record({
    at: fc.integer({ min: 0, max: SPAN }),
    agent: fc.constantFrom("a", "b", "c"),
    owner: name,
    purpose: name,
    model: name,
    status: fc.constantFrom(200, 500, undefined),
    nano: fc.option(fc.integer({ min: 0, max: 1e12 })),
    refused: fc.boolean(),
    count: fc.option(fc.integer({ min: 2, max: 99 }), { nil: undefined }),
  });
  const asked = fc.record({
    by: fc.constantFrom<ReportBy>("agent", "owner", "purpose", "model", "provider", "day"),
    from: fc.option(fc.integer({ min: -HOUR, max: SPAN })),
    length: fc.integer({ min: 1, max: SPAN }),
    owner: name,
    agent: fc.constantFrom(undefined, "a"),
  });
  const made = fc.tuple(
    fc.constantFrom(...ZONES),
    fc.array(line, { maxLength: 60 }),
    fc.array(asked, { maxLength: 4 }),
  );
  await fc.assert(
    fc.asyncProperty(made, async ([zone, lines, questions]) => {
      using home = makeStoreHome("report");
      const store = home.open({}, { timezone: zone });
      for (const [i, { at, agent, owner, purpose, model, status, nano, refused, count }] of lines.entries()) {
        const who = { agent, owner, purpose };
        const written: NewLine = refused
          ? blockedLine(`b${i}`, { ...who, requested_model: model, count }, BEGIN + at)
          : callLine(`r${i}`, { ...who, model, requested_model: model, status, cost_nano: nano }, BEGIN + at);
        store.journal.append(written);
      }
      const now = BEGIN + SPAN;
      const queries = questions.map(({ by, from, length, owner, agent }): ReportQuery => {
        const to = from === null ? now : BEGIN + from + length;
        return {
          by,
          from: from === null ? null : BEGIN + from,
          to,
          filter: { owner, agent },
          format: "json",
        };
      });
      const answers: ReportAnswer[] = [];
      for (const query of queries) {
        const answer = await ask(store, query, zone, now);
        answers.push(answer);
        const to = hourStart(query.to, zone) === query.to ? query.to : hourEnd(query.to, zone);
        const from = query.from === null ? 0 : hourStart(query.from, zone);
        const expected = sumUp(home.lines(), query, from, to, zone);
        const told = new Map(
          answer.rows.map((row) => [
            row.key,
            [row.calls, row.errors, row.refusals, row.tokens_in, row.tokens_out, row.unpriced],
          ]),
        );
        expect(told).toEqual(new Map([...expected].map(([key, sums]) => [key, sums.toSpliced(5, 1)])));
        for (const { key, cost, calls, unpriced } of answer.rows) {
          const nano = expected.get(key)?.[5] ?? 0;
          expect(cost).toBe(calls > 0 && unpriced === calls ? null : nano / 1e9);
        }
        for (const figure of [
          "calls",
          "errors",
          "refusals",
          "tokens_in",
          "tokens_out",
          "unpriced",
        ] as const) {
          expect(answer.total[figure]).toBe(answer.rows.reduce((sum, row) => sum + row[figure], 0));
        }
      }
      store.close();
      rebuildIndex({ ...home.options(), timezone: zone });
      const rebuilt = home.open({}, { timezone: zone });
      for (const [i, query] of queries.entries()) {
        expect<unknown>(await ask(rebuilt, query, zone, now)).toEqual(answers[i]);
      }
    }),
    { numRuns: 30 },
  );
}, 60_000);

test("a day of the report is a day of the gateway's zone, also when it has 23 hours", async () => {
  using home = makeStoreHome("report");
  const zone = "Europe/Berlin";
  const store = home.open({}, { timezone: zone });
  const calls = [
    "2026-03-28T22:59:59Z",
    "2026-03-28T23:00:00Z",
    "2026-03-29T21:59:59Z",
    "2026-03-29T22:00:00Z",
  ];
  for (const [i, at] of calls.entries()) store.journal.append(callLine(`r${i}`, {}, Date.parse(at)));
  const query = {
    by: "day",
    from: null,
    to: Date.parse("2026-04-02T00:00Z"),
    filter: {},
    format: "json",
  } as const;
  expect(figures(await ask(store, query, zone, query.to)).map(([day, count]) => [day, count])).toEqual([
    ["2026-03-28", 1],
    ["2026-03-29", 2],
    ["2026-03-30", 1],
  ]);
});
