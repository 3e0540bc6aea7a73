import { describe, expect, test } from "bun:test";
import { describeFacts } from "../../server/gateway/policy-facts.ts";
import type { LogsAnswer } from "../../server/management/wire/records.ts";
import { LOG_FIELDS } from "../../server/store/store.ts";
import { within } from "../support/signals.ts";
import { type Harness, makeCall, NOON, readError, startManagement } from "./support.ts";

async function read(api: Harness, query: string): Promise<LogsAnswer> {
  return (await (await api.asAdmin(`/api/logs?type=call${query}`)).json()) as LogsAnswer;
}

function appendCalls(api: Harness, count: number): void {
  for (let index = 1; index <= count; index++) api.append(makeCall({ request_id: `req-${index}` }));
}

function ids(answer: LogsAnswer) {
  return answer.entries.map((entry) => entry.request_id);
}

describe("the logs", () => {
  test("come newest first, in pages that the cursor joins without gap or overlap", async () => {
    await using api = startManagement();
    appendCalls(api, 5);
    const first = await read(api, "&limit=2");
    expect(ids(first)).toEqual(["req-5", "req-4"]);
    appendCalls(api, 1);
    const second = await read(api, `&limit=2&cursor=${encodeURIComponent(first.next_cursor ?? "")}`);
    expect(ids(second)).toEqual(["req-3", "req-2"]);
    const third = await read(api, `&limit=2&cursor=${encodeURIComponent(second.next_cursor ?? "")}`);
    expect(ids(third)).toEqual(["req-1"]);
    expect(third.next_cursor).toBeNull();
  });

  test("are narrowed by each filter", async () => {
    await using api = startManagement();
    const lines = {
      agent: makeCall({ request_id: "agent", agent: "writer" }),
      owner: makeCall({ request_id: "owner", owner: "team-ml" }),
      purpose: makeCall({ request_id: "purpose", purpose: "ci" }),
      provider: makeCall({ request_id: "provider", provider: "anthropic" }),
      model: makeCall({ request_id: "model", model: "claude-sonnet-4" }),
      status: makeCall({ request_id: "status", status: 429 }),
      old: makeCall({ request_id: "old", time: new Date(NOON - 7_200_000).toISOString() }),
    };
    for (const line of Object.values(lines)) api.append(line);
    expect(ids(await read(api, "&agent=writer"))).toEqual(["agent"]);
    expect(ids(await read(api, "&owner=team-ml"))).toEqual(["owner"]);
    expect(ids(await read(api, "&purpose=ci"))).toEqual(["purpose"]);
    expect(ids(await read(api, "&provider=anthropic"))).toEqual(["provider"]);
    expect(ids(await read(api, "&model=claude-sonnet-4"))).toEqual(["model"]);
    expect(ids(await read(api, "&status=429"))).toEqual(["status"]);
    expect(ids(await read(api, "&to=1h"))).toEqual(["old"]);
    expect(ids(await read(api, "&from=2026-01-10T11:00:00Z"))).not.toContain("old");
    expect(ids(await read(api, "&agent=writer&owner=team-ml"))).toEqual([]);
  });

  test("refuse a parameter that is wrong instead of answering something else", async () => {
    await using api = startManagement();
    for (const query of [
      "agnet=a",
      "status=ok",
      "from=soon",
      "limit=0",
      "format=xml",
      "agent=a&agent=b",
      "cursor=%00",
    ]) {
      const answer = await api.asAdmin(`/api/logs?${query}`);
      expect(answer.status).toBe(400);
      const error = await readError(answer);
      expect(error.code).toBe("invalid_parameter");
      expect(error.message).toContain(query.split("=")[0] ?? "");
    }
  });
});

describe("what became of an agent", () => {
  const config = `agents: { researcher: { owner: team-ml, purpose: production } }
policies: [{ name: runaway, condition: "call_count >= 0", action: pause }]`;

  /** Has a person pause the agent, a rule pause it, a loop cost it trust, and a breaker of it open. */
  function suffer({ controls, context }: Harness): void {
    const setup = context.setup();
    const terms = setup.agent("researcher");
    controls.pause(
      { agent: "researcher", since: NOON, until: null, cause: { by: "person", note: "why" } },
      NOON,
    );
    controls.resume("researcher", "person", NOON);
    const around = { isPaused: false, trustScore: null, run: null, zone: "UTC" };
    const labels = { owner: null, purpose: null, tags: [], model: null };
    const call = { identity: { name: "researcher" }, provider: { id: "openai" }, ...labels };
    controls.policing.review(setup.policies, () => describeFacts(call, null, around, NOON), NOON);
    controls.reputation.observe(
      "researcher",
      { kind: "loop" },
      NOON,
      controls.trustTermsOf("researcher", setup),
    );
    const settings = { ...terms.circuit_breaker, error_threshold: 1 };
    const target = { agent: "researcher", provider: "openai", origin: "https://api.openai.com", settings };
    controls.breakers.take(target, NOON).fail(NOON);
  }

  test("is in the logs with its details, under its owner and purpose, called or not", async () => {
    await using api = startManagement({ config });
    suffer(api);
    const answer = await api.asAdmin("/api/logs?owner=team-ml&purpose=production");
    const { entries } = (await answer.json()) as LogsAnswer;
    expect(entries.map(({ type, event, agent, detail }) => [type, event, agent, detail]).reverse()).toEqual([
      ["agent", "agent.paused", "researcher", { by: "person", note: "why", until: null }],
      ["agent", "agent.resumed", "researcher", { by: "person" }],
      ["policy", "policy.paused", "researcher", { rule: "runaway" }],
      ["agent", "agent.paused", "researcher", { by: "policy", rule: "runaway", until: null }],
      ["trust", "trust.lost", "researcher", expect.objectContaining({ reason: "loop" })],
      ["breaker", "breaker.opened", "researcher", { scope: "agent", provider: "openai" }],
    ]);
  });

  test("has the owner that was declared where none is configured, and nobody else's lines have one", async () => {
    await using api = startManagement();
    api.setAgent("researcher", { owner: "team-x" });
    for (const agent of ["researcher", "writer"]) {
      api.controls.pause({ agent, since: NOON, until: null, cause: { by: "loop" } }, NOON);
    }
    const answer = await api.asAdmin("/api/logs?type=agent");
    const { entries } = (await answer.json()) as LogsAnswer;
    expect(entries.map(({ agent, owner }) => [agent, owner])).toEqual([
      ["writer", null],
      ["researcher", "team-x"],
    ]);
  });

  test("keeps its details in every download: as members, and in one cell of JSON", async () => {
    await using api = startManagement();
    const cause = { by: "person", note: '=cmd "x",\ny' } as const;
    api.controls.pause({ agent: "researcher", since: NOON, until: null, cause }, NOON);
    const detail = { ...cause, until: null };
    const download = async (format: string) =>
      (await api.asAdmin(`/api/logs?type=agent&format=${format}`)).text();
    expect(JSON.parse(await download("json")).entries[0].detail).toEqual(detail);
    expect(JSON.parse(await download("jsonl")).detail).toEqual(detail);
    const cell = `"${JSON.stringify(detail).replaceAll('"', '""')}"`;
    expect((await download("csv")).split("\r\n")[1]).toContain(`,agent.paused,${cell},`);
  });
});

describe("a download", () => {
  async function download(api: Harness, query: string) {
    const answer = await api.asAdmin(`/api/logs?type=call&${query}`);
    return { headers: answer.headers, text: await answer.text() };
  }

  test("as jsonl has every match on a line of its own", async () => {
    await using api = startManagement();
    appendCalls(api, 2_500);
    const { headers, text } = await download(api, "format=jsonl");
    expect(headers.get("content-disposition")).toBe('attachment; filename="tollgate-logs.jsonl"');
    const entries = text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(entries).toHaveLength(2_500);
    expect(entries[0].request_id).toBe("req-2500");
    expect(entries[2_499].request_id).toBe("req-1");
    expect(Object.keys(entries[0])).toEqual([...LOG_FIELDS]);
    const cut = await download(api, "format=jsonl&limit=1200");
    expect(cut.text.trimEnd().split("\n")).toEqual(text.split("\n").slice(0, 1_200));
  });

  test("as json is one document of the shape of a page", async () => {
    await using api = startManagement();
    const empty = await download(api, "format=json");
    expect(JSON.parse(empty.text)).toEqual({ entries: [], next_cursor: null });
    appendCalls(api, 3);
    const { headers, text } = await download(api, "format=json&limit=2");
    expect(headers.get("content-type")).toStartWith("application/json");
    const document = JSON.parse(text) as LogsAnswer;
    expect(ids(document)).toEqual(["req-3", "req-2"]);
    expect(document.entries).toEqual((await read(api, "&limit=2")).entries);
  });

  test("as csv has a column for each name and a quoted cell where one is needed", async () => {
    await using api = startManagement();
    api.append(makeCall({ model: 'a "b", c', owner: "x\ny" }));
    const { headers, text } = await download(api, "format=csv");
    expect(headers.get("content-type")).toStartWith("text/csv");
    const [head, ...rows] = text.split("\r\n");
    expect(head).toBe(LOG_FIELDS.join(","));
    expect(rows).toHaveLength(2);
    expect(rows[0]).toContain('"a ""b"", c"');
    expect(rows[0]).toContain('"x\ny"');
    expect(rows[1]).toBe("");
  });

  test("as csv disarms what a spreadsheet would run, and leaves numbers alone", async () => {
    await using api = startManagement();
    api.append(makeCall({ model: '=HYPERLINK("http://evil")', owner: "@x", purpose: "+1", tokens_in: -9 }));
    const { text } = await download(api, "format=csv");
    const row = text.split("\r\n")[1] ?? "";
    expect(row).toContain(`"'=HYPERLINK(""http://evil"")"`);
    expect(row).toContain(",'@x,'+1,");
    expect(row).toContain(",-9,");
  });

  test("ends its reading of the index when the client leaves", async () => {
    await using api = startManagement();
    appendCalls(api, 1);
    const page = (await read(api, "")).entries;
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    api.store.index.scan = function* () {
      try {
        for (;;) yield [...page];
      } finally {
        end();
      }
    };
    const answer = await api.asAdmin("/api/logs?format=jsonl");
    const reader = answer.body?.getReader();
    await reader?.read();
    await reader?.cancel();
    await within(ended, "the endless scan ends");
  });
});
