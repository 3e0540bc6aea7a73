import { describe, expect, test } from "bun:test";
import type { Line } from "../../server/core/event.ts";
import type { AgentStatus } from "../../server/management/wire/status.ts";
import { type Harness, NOON, post, readError, startManagement } from "./support.ts";

const HOUR = 3_600_000;

async function act(api: Harness, path: string, wanted?: unknown): Promise<AgentStatus> {
  const init = wanted === undefined ? { method: "POST" } : post(wanted);
  const answer = await api.asAdmin(`/api/agents/${path}`, init);
  expect(answer.status).toBe(200);
  return (await answer.json()) as AgentStatus;
}

/** Listens for everything that is written down. */
function collectLines(api: Harness): Line[] {
  const lines: Line[] = [];
  api.store.journal.onLine((line) => void lines.push(line));
  return lines;
}

describe("pausing an agent", () => {
  test("needs nothing but its name, and lasts until a person resumes it", async () => {
    await using api = startManagement();
    api.setAgent("researcher", { inFlight: 1 });
    api.setAgent("writer");
    const paused = await act(api, "researcher/pause");
    expect(paused).toMatchObject({
      id: "researcher",
      status: "paused",
      pause_reason: "agent_deactivated",
      pause_detail: null,
      pause_since: new Date(NOON).toISOString(),
      pause_until: null,
    });
    expect(api.controls.pauses.find("writer")).toBeNull();
    expect(api.killed).toEqual([]);

    const resumed = await act(api, "researcher/resume");
    expect(resumed).toMatchObject({
      status: "active",
      pause_reason: null,
      pause_detail: null,
      pause_since: null,
      pause_until: null,
    });
    expect(api.controls.pauses.find("researcher")).toBeNull();
  });

  test("takes a note and an end, as a span or in milliseconds, and is over by itself then", async () => {
    await using api = startManagement();
    api.setAgent("researcher");
    const first = await act(api, "researcher/pause", { reason: "deploying", duration: "1h" });
    expect(first).toMatchObject({
      pause_detail: "deploying",
      pause_until: new Date(NOON + HOUR).toISOString(),
    });
    const second = await act(api, "researcher/pause", { duration: 2_000, reason: null, kill: false });
    expect(second).toMatchObject({
      pause_detail: null,
      pause_until: new Date(NOON + 2_000).toISOString(),
    });
    api.controls.keepHouse(NOON + 1_999);
    expect(api.controls.pauses.find("researcher")).not.toBeNull();
    api.controls.keepHouse(NOON + 2_000);
    expect(api.controls.pauses.find("researcher")).toBeNull();
  });

  test("ends its calls in flight where that is asked for, and nobody else's", async () => {
    await using api = startManagement();
    api.setAgent("researcher", { inFlight: 2 });
    api.setAgent("writer", { inFlight: 2 });
    await act(api, "researcher/pause", { kill: true });
    expect(api.killed).toEqual(["researcher"]);
  });

  test("is written down once, with the note; so is resuming it, which changes nothing the second time", async () => {
    await using api = startManagement();
    api.setAgent("researcher");
    const lines = collectLines(api);
    await act(api, "researcher/pause", { reason: "deploying", duration: "1h" });
    await act(api, "researcher/resume");
    await act(api, "researcher/resume");
    const until = new Date(NOON + HOUR).toISOString();
    expect(lines).toMatchObject([
      {
        type: "agent",
        event: "agent.paused",
        agent: "researcher",
        detail: { by: "person", note: "deploying", until },
      },
      { type: "agent", event: "agent.resumed", agent: "researcher", detail: { by: "person" } },
    ]);
    expect(lines).toHaveLength(2);
  });

  test("goes for one that is configured and has never called; its time is over by itself, too", async () => {
    await using api = startManagement({ config: "agents: { researcher: { owner: team-ml } }" });
    const paused = await act(api, "researcher/pause", { duration: "1s" });
    expect(paused).toMatchObject({ status: "paused", owner: "team-ml", last_seen: null });
    expect(api.context.fleet.agents.has("researcher")).toBe(false);
    api.controls.keepHouse(NOON + 1_000);
    const after = await (await api.asAdmin("/api/agents/researcher")).json();
    expect(after).toMatchObject({ status: "idle", pause_reason: null });
  });

  test.each(["pause", "resume"])("that nobody knows is 404 with a hint: %s", async (action) => {
    await using api = startManagement();
    api.setAgent("researcher");
    const lines = collectLines(api);
    for (const name of ["stranger", "*", "constructor", "%2e%2e"]) {
      const answer = await api.asAdmin(`/api/agents/${name}/${action}`, { method: "POST" });
      expect(answer.status).toBe(404);
    }
    const answer = await api.asAdmin(`/api/agents/stranger/${action}`, { method: "POST" });
    expect(await readError(answer)).toMatchObject({
      code: "unknown_agent",
      message: expect.stringContaining("GET /api/agents"),
    });
    expect(lines).toEqual([]);
    expect(api.store.state.readPauses()).toEqual([]);
  });

  test.each([
    [{ reason: "" }, "`reason` must be"],
    [{ reason: "tab\there" }, "`reason` must be"],
    [{ reason: "x".repeat(201) }, "`reason` must be"],
    [{ duration: "soon" }, "`duration` must be"],
    [{ duration: 0 }, "`duration` must be"],
    [{ duration: "3651d" }, "`duration` must be"],
  ])("is not done by %j, and the answer says that %s", async (wanted, says) => {
    await using api = startManagement();
    api.setAgent("researcher");
    const answer = await api.asAdmin("/api/agents/researcher/pause", post(wanted));
    expect(answer.status).toBe(400);
    const { code, message } = await readError(answer);
    expect([code, message]).toEqual(["invalid_parameter", expect.stringContaining(says)]);
    expect(api.controls.pauses.find("researcher")).toBeNull();
  });

  // Misspelt or torn, it would be a pause that lasts for ever, or one that lets calls go on.
  test.each(['{"for":"1h"}', '{"kill":"yes"}', '{"duration":"1h"', '"1h"', "null"])(
    "is not done by a body of another form: %s",
    async (body) => {
      await using api = startManagement();
      api.setAgent("researcher");
      const answer = await api.asAdmin("/api/agents/researcher/pause", { method: "POST", body });
      expect(answer.status).toBe(400);
      expect((await readError(answer)).code).toBe("invalid_body");
      expect(api.controls.pauses.find("researcher")).toBeNull();
      expect(api.killed).toEqual([]);
    },
  );

  test("is the administrator's: an agent neither pauses another nor resumes itself", async () => {
    await using api = startManagement();
    api.setAgent("researcher");
    const { secret } = api.context.keys.create({ agent: "researcher", name: null, expires: null }, NOON);
    await act(api, "researcher/pause");
    const attempts: Record<string, string>[] = [{}, { authorization: `Bearer ${secret}` }];
    for (const headers of attempts) {
      for (const path of ["researcher/resume", "researcher/pause", "researcher/trust"]) {
        const method = path.endsWith("trust") ? "GET" : "POST";
        expect((await api.fetch(`/api/agents/${path}`, { method, headers })).status).toBe(401);
      }
    }
    const foreign = await api.asAdmin("/api/agents/researcher/resume", {
      method: "POST",
      headers: { origin: "https://evil.example" },
    });
    expect(foreign.status).toBe(403);
    expect(api.controls.pauses.find("researcher")).not.toBeNull();
  });
});
