import { describe, expect, test } from "bun:test";
import type { LiveDelta, LiveMessage, LiveSnapshot } from "../../server/management/wire/status.ts";
import { createArrivals, within } from "../support/signals.ts";
import { type Harness, makeCall, makeTally, NOON, startManagement } from "./support.ts";

/** A client of the live feed; its frames and its end arrive as signals. */
function connect(api: Harness, headers: Record<string, string> = {}) {
  const frames = createArrivals<LiveMessage>();
  // Bun's client takes headers, which the browser's type does not know.
  const options = { headers } as unknown as string[];
  const socket = new WebSocket(`${api.url.replace("http", "ws")}/api/live`, options);
  socket.onmessage = (event) => frames.push(JSON.parse(String(event.data)) as LiveMessage);
  const opened = new Promise<void>((resolve) => {
    socket.onopen = () => resolve();
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.onclose = ({ code, reason }) => resolve({ code, reason });
  });
  return {
    opened: () => within(opened, "the socket opens"),
    closed: () => within(closed, "the socket closes"),
    waiting: () => frames.waiting,
    send: (message: unknown) => socket.send(typeof message === "string" ? message : JSON.stringify(message)),
    async snapshot(): Promise<LiveSnapshot> {
      const frame = await within(frames.next(), "a snapshot comes");
      if (frame.type !== "snapshot") throw new Error(`came: ${frame.type}`);
      return frame;
    },
    async delta(): Promise<LiveDelta> {
      const frame = await within(frames.next(), "a delta comes");
      if (frame.type !== "delta") throw new Error(`came: ${frame.type}`);
      return frame;
    },
    [Symbol.dispose]: () => socket.close(),
  };
}

/** The answer to an upgrade that is refused; browsers and WebSocket clients hide it. */
function upgrade(api: Harness, headers: Record<string, string>): Promise<Response> {
  return api.fetch("/api/live", {
    headers: {
      connection: "upgrade",
      upgrade: "websocket",
      "sec-websocket-version": "13",
      "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
      ...headers,
    },
  });
}

const bearer = (api: Harness) => ({ authorization: `Bearer ${api.token}` });

describe("the live feed lets in", () => {
  test("whoever shows the token when connecting", async () => {
    await using api = startManagement();
    using client = connect(api, bearer(api));
    expect((await client.snapshot()).gateway.version).toBe("1.2.3");
  });

  test("the page, by its cookie", async () => {
    await using api = startManagement();
    using client = connect(api, { cookie: await api.logIn(), origin: api.url });
    await client.snapshot();
  });

  test("whoever sends the token first", async () => {
    await using api = startManagement();
    using client = connect(api);
    await client.opened();
    client.send({ type: "auth", token: api.token });
    await client.snapshot();
  });
});

describe("the live feed refuses", () => {
  test("a page elsewhere, whatever it shows", async () => {
    await using api = startManagement();
    const cookie = await api.logIn();
    const origin = "https://evil.example";
    const attempts: Record<string, string>[] = [
      { cookie, origin },
      { cookie },
      { ...bearer(api), origin },
      { origin },
    ];
    for (const headers of attempts) {
      expect((await upgrade(api, headers)).status).toBe(403);
    }
  });

  test("another name, a wrong token and an ended session", async () => {
    await using api = startManagement();
    expect((await upgrade(api, { ...bearer(api), host: "evil.example" })).status).toBe(421);
    expect((await upgrade(api, { authorization: "Bearer wrong" })).status).toBe(401);
    expect((await upgrade(api, { cookie: "tollgate_session=old", origin: api.url })).status).toBe(401);
  });

  test.each([
    ["a wrong token", { type: "auth", token: "wrong" }],
    ["something else first", { type: "hello" }],
    ["what is not JSON", "{"],
    ["null", "null"],
  ])("%s", async (_what, message) => {
    await using api = startManagement();
    using client = connect(api);
    await client.opened();
    client.send(message);
    expect((await client.closed()).code).toBe(4401);
    expect(client.waiting()).toBe(0);
  });

  test("a guess that comes too soon", async () => {
    await using api = startManagement({ token: "hunter2" });
    for (let attempt = 0; attempt < 6; attempt++) {
      using client = connect(api);
      await client.opened();
      client.send({ type: "auth", token: attempt < 5 ? "wrong" : "hunter2" });
      expect((await client.closed()).reason).toBe(attempt < 5 ? "invalid_token" : "too_many_attempts");
    }
  });

  test("whoever says nothing for five seconds, and shows it nothing until then", async () => {
    await using api = startManagement();
    using client = connect(api);
    await client.opened();
    using other = connect(api, bearer(api));
    await other.snapshot();
    for (let second = 0; second < 5; second++) api.tick();
    expect((await client.closed()).code).toBe(4401);
    expect(client.waiting()).toBe(0);
  });

  test("a message larger than a token needs", async () => {
    await using api = startManagement();
    using client = connect(api);
    await client.opened();
    client.send({ type: "auth", token: "x".repeat(5_000) });
    expect((await client.closed()).code).toBe(1009);
    expect(client.waiting()).toBe(0);
  });
});

describe("the live feed tells", () => {
  test("everything at first, then each second what changed", async () => {
    await using api = startManagement();
    api.setAgent("researcher");
    api.setAgent("writer");
    for (let index = 1; index <= 60; index++) api.append(makeCall({ request_id: `req-${index}` }));
    using client = connect(api, bearer(api));

    const snapshot = await client.snapshot();
    expect(snapshot.agents.map((agent) => agent.id)).toEqual(["researcher", "writer"]);
    expect(snapshot.entries).toHaveLength(50);
    expect(snapshot.entries[0]?.request_id).toBe("req-60");
    const status = await (await api.asAdmin("/api/status")).json();
    expect(status).toEqual({ gateway: snapshot.gateway, agents: snapshot.agents, totals: snapshot.totals });

    api.tick();
    const quiet = await client.delta();
    expect(quiet).toMatchObject({ agents: [], entries: [] });
    expect(quiet.gateway).toEqual({ uptime_ms: 61_000, degraded: [], warnings: [] });

    const hour = makeTally({ calls: 1, costNano: 1_000_000_000 });
    api.setAgent("writer", { hour, day: hour, total: hour });
    api.append(makeCall({ request_id: "req-61" }));
    api.append(makeCall({ request_id: "req-62" }));
    api.health = { degraded: ["disk full"], warnings: [] };
    api.tick();
    const delta = await client.delta();
    expect(delta.agents.map((agent) => agent.id)).toEqual(["writer"]);
    expect(delta.agents[0]?.cost.hour).toBe(1);
    expect(delta.entries.map((entry) => entry.request_id)).toEqual(["req-62", "req-61"]);
    expect(delta.totals.hour.cost).toBe(1);
    expect(delta.gateway.degraded).toEqual(["disk full"]);
  });

  test("a late comer everything, and nobody anything twice", async () => {
    await using api = startManagement();
    using first = connect(api, bearer(api));
    await first.snapshot();
    api.setAgent("researcher");
    api.append(makeCall({ request_id: "before" }));
    using second = connect(api, bearer(api));
    const snapshot = await second.snapshot();
    expect(snapshot.agents.map((agent) => agent.id)).toEqual(["researcher"]);
    expect(snapshot.entries[0]?.request_id).toBe("before");
    api.append(makeCall({ request_id: "after" }));
    api.tick();

    const [one, two] = [await first.delta(), await first.delta()];
    expect([...one.agents, ...two.agents].map((agent) => agent.id)).toEqual(["researcher"]);
    expect([...one.entries, ...two.entries].map((entry) => entry.request_id)).toEqual(["before", "after"]);
    const only = await second.delta();
    expect(only.agents).toEqual([]);
    expect(only.entries.map((entry) => entry.request_id)).toEqual(["after"]);
  });

  test("on, whatever somebody who is in still says", async () => {
    await using api = startManagement();
    using client = connect(api, bearer(api));
    await client.snapshot();
    client.send({ type: "auth", token: "wrong" });
    client.send("hello");
    using witness = connect(api, bearer(api));
    await witness.snapshot();
    await client.delta();
    api.tick();
    await client.delta();
    expect((await api.asAdmin("/api/status")).status).toBe(200);
  });

  test("that an agent fell idle, though nothing happened", async () => {
    await using api = startManagement();
    api.setAgent("researcher", { lastSeen: NOON - 299_000 });
    using client = connect(api, bearer(api));
    expect((await client.snapshot()).agents[0]?.status).toBe("active");
    api.tick();
    expect((await client.delta()).agents.map(({ id, status }) => [id, status])).toEqual([
      ["researcher", "idle"],
    ]);
    api.tick();
    expect((await client.delta()).agents).toEqual([]);
  });

  test("at most the 200 newest entries of a second", async () => {
    await using api = startManagement();
    using client = connect(api, bearer(api));
    await client.snapshot();
    for (let index = 1; index <= 300; index++) api.append(makeCall({ request_id: `req-${index}` }));
    api.tick();
    const { entries } = await client.delta();
    expect(entries).toHaveLength(200);
    expect(entries[0]?.request_id).toBe("req-300");
    expect(entries[199]?.request_id).toBe("req-101");
  });
});

describe("the live feed ends", () => {
  test("for a page that logged out or whose session ran out, and for nobody else", async () => {
    await using api = startManagement();
    const cookie = await api.logIn();
    using leaving = connect(api, { cookie, origin: api.url });
    using staying = connect(api, bearer(api));
    await leaving.snapshot();
    await staying.snapshot();
    await api.fetch("/api/session", { method: "DELETE", headers: { cookie, origin: api.url } });
    api.tick();
    expect((await leaving.closed()).code).toBe(4401);
    const frame = await staying.delta();
    expect(frame.type).toBe("delta");
  });

  test("when the gateway begins to stop", async () => {
    await using api = startManagement();
    using client = connect(api, bearer(api));
    await client.snapshot();
    api.beginStopping();
    expect((await client.closed()).code).toBe(1001);
    expect(api.timers).toBe(0);
  });
});
