import { describe, expect, test } from "bun:test";
import type { AgentStatus, AgentsAnswer, StatusAnswer } from "../../server/management/wire/status.ts";
import { makeTally, NOON, readError, startManagement } from "./support.ts";

const USD = 1_000_000_000;

describe("the status", () => {
  test("tells each agent's hour, day and lifetime, in dollars", async () => {
    await using api = startManagement();
    api.setAgent("researcher", {
      owner: "team-ml",
      purpose: "production",
      tags: ["env=prod"],
      hour: makeTally({ calls: 4, errors: 1, blocked: 2, tokensIn: 10, tokensOut: 20, costNano: 0.5 * USD }),
      day: makeTally({ calls: 8, tokensIn: 30, tokensOut: 40, costNano: USD }),
      total: makeTally({
        calls: 9,
        errors: 3,
        blocked: 5,
        tokensIn: 50,
        tokensOut: 60,
        costNano: 2 * USD,
        unpriced: 1,
      }),
      inFlight: 2,
      lastSeen: NOON - 1_000,
    });
    const answer = (await (await api.asAdmin("/api/status")).json()) as StatusAnswer;
    const expected: AgentStatus = {
      id: "researcher",
      status: "active",
      pause_reason: null,
      pause_detail: null,
      pause_since: null,
      pause_until: null,
      owner: "team-ml",
      purpose: "production",
      tags: ["env=prod"],
      cost: { hour: 0.5, day: 1, total: 2 },
      held: 0,
      budget: {
        max_cost_per_hour: null,
        max_cost_per_day: null,
        max_cost_total: null,
        max_cost_per_request: null,
      },
      calls: { hour: 4, day: 8, total: 9 },
      errors: { hour: 1, total: 3 },
      error_rate: 0.25,
      tokens: { hour: { in: 10, out: 20 }, day: { in: 30, out: 40 }, total: { in: 50, out: 60 } },
      unpriced_calls: 1,
      blocked: { hour: 2, total: 5 },
      rate_limit: null,
      breakers: [],
      trust: { score: 50, tier: "baseline", pinned: false },
      priority: "normal",
      in_flight: 2,
      last_seen: "2026-01-10T11:59:59.000Z",
    };
    expect(answer.agents).toEqual([expected]);
    expect(answer.gateway).toEqual({
      version: "1.2.3",
      url: "http://127.0.0.1:8080",
      uptime_ms: 60_000,
      degraded: [],
      warnings: [],
    });
    const one = await (await api.asAdmin("/api/agents/researcher")).json();
    expect(one).toEqual({ ...expected, config: expect.any(Array) });
  });

  test("sums up all agents without losing a nano-dollar", async () => {
    await using api = startManagement();
    for (const [name, costNano] of [
      ["a", 100_000_000],
      ["b", 200_000_000],
    ] as const) {
      const tally = makeTally({ calls: 1, errors: 1, blocked: 1, tokensIn: 3, tokensOut: 4, costNano });
      api.setAgent(name, { hour: tally, day: tally, total: tally, inFlight: 1 });
    }
    const { totals } = (await (await api.asAdmin("/api/status")).json()) as StatusAnswer;
    const sums = { calls: 2, errors: 2, blocked: 2, tokens_in: 6, tokens_out: 8, cost: 0.3 };
    expect(totals).toEqual({ hour: sums, day: sums, total: sums, in_flight: 2 });
  });

  test("calls an agent idle after five minutes without a call, unless one is in flight", async () => {
    await using api = startManagement();
    api.setAgent("busy", { lastSeen: NOON - 3_600_000, inFlight: 1 });
    api.setAgent("fresh", { lastSeen: NOON - 299_999 });
    api.setAgent("quiet", { lastSeen: NOON - 300_000 });
    api.setAgent("unseen", { lastSeen: null });
    const { agents } = (await (await api.asAdmin("/api/agents")).json()) as AgentsAnswer;
    expect(agents.map(({ id, status }) => [id, status])).toEqual([
      ["busy", "active"],
      ["fresh", "active"],
      ["quiet", "idle"],
      ["unseen", "idle"],
    ]);
    expect(agents.map((agent) => agent.error_rate)).toEqual([null, null, null, null]);
    expect(agents[3]?.last_seen).toBeNull();
  });

  test("knows no agent by a name that objects happen to have", async () => {
    await using api = startManagement();
    for (const name of ["constructor", "__proto__", "toString"]) {
      const answer = await api.asAdmin(`/api/agents/${name}`);
      expect(answer.status).toBe(404);
      expect((await readError(answer)).code).toBe("unknown_agent");
    }
  });

  test("is not kept by caches", async () => {
    await using api = startManagement();
    expect((await api.asAdmin("/api/status")).headers.get("cache-control")).toBe("no-store");
    expect((await api.fetch("/api/status")).headers.get("cache-control")).toBe("no-store");
  });
});

describe("health", () => {
  test("needs no login and answers to any name", async () => {
    await using api = startManagement();
    const answer = await api.fetch("/health", { headers: { host: "tollgate.internal" } });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({
      status: "ok",
      agent_id: "default",
      uptime_ms: 60_000,
      version: "1.2.3",
    });
  });

  test("is 503 with the reasons while the gateway cannot do its duty", async () => {
    await using api = startManagement();
    api.health = {
      degraded: ["the journal cannot be written: disk full"],
      warnings: ["open to the network"],
    };
    const answer = await api.fetch("/health");
    expect(answer.status).toBe(503);
    expect(await answer.json()).toEqual({
      status: "degraded",
      agent_id: "default",
      uptime_ms: 60_000,
      version: "1.2.3",
      reasons: ["the journal cannot be written: disk full"],
    });
    const { gateway } = (await (await api.asAdmin("/api/status")).json()) as StatusAnswer;
    expect(gateway).toMatchObject(api.health);
  });
});

describe("a reload", () => {
  test("tells what acts only after a restart", async () => {
    await using api = startManagement();
    const result = {
      applied: true,
      needs_restart: ["gateway.port"],
      warnings: ["identity.mode is open"],
      shadowed: ["agents.researcher.owner"],
    };
    api.reload = () => Promise.resolve({ outcome: "applied", ...result });
    const answer = await api.asAdmin("/api/config/reload", { method: "POST" });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual(result);
  });

  test("of an invalid file is 422 with every problem", async () => {
    await using api = startManagement();
    const problems = [1, 2].map((line) => ({
      file: "g.yaml",
      line,
      column: 1,
      path: "gateway.port",
      message: "no",
    }));
    api.reload = () => Promise.resolve({ outcome: "refused", problems });
    const answer = await api.asAdmin("/api/config/reload", { method: "POST" });
    expect(answer.status).toBe(422);
    expect(await readError(answer)).toMatchObject({ code: "invalid_config", details: { problems } });
  });

  test("that breaks is told by an incident's name; the cause stands in the log alone", async () => {
    await using api = startManagement();
    api.reload = () => Promise.reject(new Error("cause with sk-secret"));
    const answer = await api.asAdmin("/api/config/reload", { method: "POST" });
    expect(answer.status).toBe(500);
    const error = await readError(answer);
    expect(error.code).toBe("internal");
    expect(JSON.stringify(error)).not.toContain("sk-secret");
    expect(api.told).toHaveLength(1);
    expect(api.told[0]).toContain((error.details as { incident: string }).incident);
    expect(api.told[0]).toContain("cause with sk-secret");
  });
});
