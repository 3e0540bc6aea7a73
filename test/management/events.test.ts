import { describe, expect, test } from "bun:test";
import type { Line } from "../../server/core/event.ts";
import type { TokenAnswer } from "../../server/management/wire/access.ts";
import type { EventsAnswer, LogsAnswer } from "../../server/management/wire/records.ts";
import type { StatusAnswer } from "../../server/management/wire/status.ts";
import { type Harness, NOON, post, readError, startManagement } from "./support.ts";

const CALL = {
  agent_id: "sdk-bot",
  event_type: "llm_call",
  provider: "openai",
  model: "gpt-4o",
  tokens_in: 10,
  tokens_out: 5,
  cost_usd: 0.25,
  latency_ms: 12.5,
  status_code: 200,
  error_message: null,
  tags: { version: "1.2", retried: false },
  timestamp: "2026-01-10T11:59:00Z",
};

function collect(api: Harness): Line[] {
  const lines: Line[] = [];
  api.store.journal.onLine((line) => lines.push(line));
  return lines;
}

async function report(api: Harness, body: unknown) {
  const answer = await api.asAdmin("/api/events", post(body));
  return { status: answer.status, body: (await answer.json()) as EventsAnswer };
}

describe("a reported event", () => {
  test("is written down as external, with the time at which it was taken and that at which it happened", async () => {
    await using api = startManagement();
    const lines = collect(api);
    expect(await report(api, CALL)).toEqual({ status: 200, body: { accepted: 1, rejected: [] } });
    expect(lines).toMatchObject([
      {
        type: "external",
        event: "llm_call",
        time: new Date(NOON).toISOString(),
        agent: "sdk-bot",
        provider: "openai",
        model: "gpt-4o",
        tokens_in: 10,
        tokens_out: 5,
        cost: 0.25,
        latency_ms: 12.5,
        status: 200,
        detail: { timestamp: "2026-01-10T11:59:00.000Z", tags: { version: "1.2", retried: false } },
      },
    ]);
    expect(lines[0]).not.toHaveProperty("error");
    const logs = await (await api.asAdmin("/api/logs?type=external&agent=sdk-bot")).json();
    expect((logs as LogsAnswer).entries).toMatchObject([{ event: "llm_call", cost: 0.25, cost_nano: null }]);
  });

  test("is in no sum, touches no budget and makes no agent", async () => {
    await using api = startManagement();
    await report(api, { events: [CALL, { ...CALL, event_type: "error", error_message: "boom" }] });
    const status = (await (await api.asAdmin("/api/status")).json()) as StatusAnswer;
    expect(status.agents).toEqual([]);
    expect(status.totals.total).toMatchObject({ calls: 0, errors: 0, cost: 0 });
    expect(api.store.index.agents()).toEqual([]);
    expect(api.store.index.tallies(0, NOON * 2).size).toBe(0);
  });

  test("needs no more than a name and a type; heartbeats and one's own are events as well", async () => {
    await using api = startManagement();
    const types = ["llm_call", "heartbeat", "error", "custom", "blocked"];
    const events = types.map((event_type) => ({ agent_id: "a", event_type }));
    expect(await report(api, { events })).toEqual({ status: 200, body: { accepted: 5, rejected: [] } });
    expect(await report(api, events)).toMatchObject({ status: 200, body: { accepted: 5 } });
  });

  test("that is wrong is told with its place and everything that is wrong, and the others are taken", async () => {
    await using api = startManagement();
    const lines = collect(api);
    const events = [
      CALL,
      { ...CALL, agent_id: "a b", event_type: "call", tokens_in: -1, cost_usd: "0.1", latency_ms: null },
      "nothing",
      { ...CALL, status_code: 42, tags: { deep: {} }, timestamp: "yesterday", model: "", provider: "a\nb" },
      CALL,
    ];
    const { status, body } = await report(api, { events });
    expect([status, body.accepted, body.rejected.map(({ index }) => index)]).toEqual([207, 2, [1, 2, 3]]);
    const said = body.rejected.map(({ error }) => error);
    for (const name of ["agent_id", "event_type", "tokens_in", "cost_usd"])
      expect(said[0]).toContain(`\`${name}\``);
    expect(said[0]).not.toContain("latency_ms");
    for (const name of ["status_code", "tags", "timestamp", "model", "provider"]) {
      expect(said[2]).toContain(`\`${name}\``);
    }
    expect(lines).toHaveLength(2);
  });

  test("keeps to its bounds whatever is sent", async () => {
    await using api = startManagement();
    const lines = collect(api);
    const tags = Object.fromEntries(Array.from({ length: 33 }, (_, index) => [`t${index}`, 1]));
    const events = [
      { ...CALL, error_message: `\u0000${"x".repeat(10_000)}` },
      { ...CALL, tags },
      { ...CALL, tokens_in: 1e300, cost_usd: Number.MAX_VALUE },
      { ...CALL, __proto__: null, constructor: "x", hash: "forged", seq: 7, time: "1970-01-01" },
    ];
    const { body } = await report(api, { events });
    expect([body.accepted, body.rejected.map(({ index }) => index)]).toEqual([2, [1, 2]]);
    expect(lines.map((line) => ("error" in line ? line.error?.length : 0))).toEqual([512, 0]);
    expect(lines[1]).toMatchObject({ time: new Date(NOON).toISOString() });
    expect(lines[1]?.hash).not.toBe("forged");
  });

  test.each([
    ["nothing", null],
    ["a number", 7],
    ["a text", "text"],
    ["a mapping in the place of the list", { events: {} }],
    ["more than a thousand", { events: Array.from({ length: 1_001 }, () => CALL) }],
  ])("is not found in %s", async (_, body) => {
    await using api = startManagement();
    const lines = collect(api);
    const answer = await api.asAdmin("/api/events", post(body));
    expect([answer.status, (await readError(answer)).code]).toEqual([400, "invalid_body"]);
    expect(lines).toEqual([]);
  });

  test("may be a thousand at once, and no more than a MiB", async () => {
    await using api = startManagement();
    const thousand = Array.from({ length: 1_000 }, () => CALL);
    expect(await report(api, { events: thousand })).toMatchObject({ body: { accepted: 1_000 } });
    const large = post({ ...CALL, tags: ["x".repeat(1024 * 1024)] });
    expect((await api.asAdmin("/api/events", large)).status).toBe(400);
  });

  test("is taken from an ingest token, which sees nothing of it, and not from a viewer's", async () => {
    await using api = startManagement();
    const made = async (role: string) =>
      ((await (await api.asAdmin("/api/tokens", post({ role }))).json()) as TokenAnswer).token;
    const [ingest, viewer] = [await made("ingest"), await made("viewer")];
    const as = (token: string) => ({ authorization: `Bearer ${token}` });
    expect((await api.fetch("/api/events", post(CALL, as(ingest)))).status).toBe(200);
    expect((await api.fetch("/api/logs", { headers: as(ingest) })).status).toBe(403);
    expect((await api.fetch("/api/events", post(CALL, as(viewer)))).status).toBe(403);
  });

  test("is taken as fast as a token may report, each token for itself, and no faster", async () => {
    await using api = startManagement();
    const lines = collect(api);
    const thousand = Array.from({ length: 1_000 }, () => CALL);
    const made = await (await api.asAdmin("/api/tokens", post({ role: "ingest" }))).json();
    const headers = { authorization: `Bearer ${(made as TokenAnswer).token}` };
    const send = (body: unknown) => api.fetch("/api/events", post(body, headers));
    for (let burst = 0; burst < 2; burst++) expect((await send(thousand)).status).toBe(200);
    const before = lines.length;
    const refused = await send(CALL);
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "1"]);
    expect((await readError(refused)).code).toBe("too_many_events");
    expect(lines.length).toBe(before);
    expect((await report(api, CALL)).status).toBe(200);
    api.advance(10);
    expect((await send(thousand)).status).toBe(200);
    expect((await send(CALL)).headers.get("retry-after")).toBe("10");
    api.advance(10_000);
    expect((await send(CALL)).status).toBe(200);
  });

  test.each([
    ["x", 60, 2],
    ["語", 30, 3],
  ])("that is long counts as several, by the bytes of what it says (%s)", async (letter, events, parts) => {
    await using api = startManagement();
    const tags = Object.fromEntries(
      Array.from({ length: 32 }, (_, index) => [`${index}`.padEnd(256, "x"), letter.repeat(256)]),
    );
    const long = Array.from({ length: events }, () => ({ ...CALL, tags }));
    for (let part = 0; part < parts; part++) expect((await report(api, long)).status).toBe(200);
    expect((await report(api, CALL)).status).toBe(429);
  });
});
