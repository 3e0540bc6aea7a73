import { describe, expect, test } from "bun:test";
import type { PauseCause } from "../../server/core/pause.ts";
import type { AgentStatus, AgentsAnswer } from "../../server/management/wire/status.ts";
import { type Harness, makeTally, NOON, startManagement } from "./support.ts";

const USD = 1_000_000_000;

async function show(api: Harness, name: string): Promise<AgentStatus> {
  return (await (await api.asAdmin(`/api/agents/${name}`)).json()) as AgentStatus;
}

/** Takes calls of an agent's limits, as calls that were let in. */
function takeCalls(api: Harness, agent: string, provider: string, count: number): void {
  const { terms } = api.controls.standing(agent, api.context.setup(), false);
  for (let call = 0; call < count; call++) {
    api.controls.limits.take({ agent, terms, provider, providerLimit: null }, NOON);
  }
}

describe("an agent is shown", () => {
  test("with its caps and what it holds; another one without any", async () => {
    const config = `agents:
  researcher: { budget: { max_cost_per_hour: 5, max_cost_total: 500, max_cost_per_request: 0.5 } }
  "*": { budget: { max_cost_per_day: 20 } }
  free: { budget: { max_cost_per_day: unlimited } }`;
    await using api = startManagement({ config });
    const day = makeTally({ calls: 1, costNano: 2 * USD });
    api.setAgent("researcher", { day });
    const { money } = api.context.fleet.agents.get("researcher") ?? {};
    if (money) money.held = 0.25 * USD;
    expect(await show(api, "researcher")).toMatchObject({
      cost: { hour: 0, day: 2, total: 0 },
      held: 0.25,
      budget: {
        max_cost_per_hour: 5,
        max_cost_per_day: 20,
        max_cost_total: 500,
        max_cost_per_request: 0.5,
      },
    });
    expect(await show(api, "free")).toMatchObject({
      held: 0,
      budget: {
        max_cost_per_hour: null,
        max_cost_per_day: null,
        max_cost_total: null,
        max_cost_per_request: null,
      },
    });
  });

  test.each<[PauseCause, number | null, Partial<AgentStatus>]>([
    [{ by: "person", note: null }, null, { pause_reason: "agent_deactivated", pause_detail: null }],
    [
      { by: "budget", window: "day", least: 1 },
      NOON + 1_000,
      { pause_reason: "budget_exceeded", pause_detail: "day", pause_until: "2026-01-10T12:00:01.000Z" },
    ],
    [{ by: "policy", rule: "runaway" }, null, { pause_reason: "policy", pause_detail: "runaway" }],
    [{ by: "loop" }, null, { pause_reason: "loop_detected", pause_detail: null }],
  ])("as paused by %j", async (cause, until, expected) => {
    await using api = startManagement();
    api.setAgent("researcher", { lastSeen: null });
    api.setAgent("writer");
    api.controls.pause({ agent: "researcher", since: NOON, until, cause }, NOON);
    expect(await show(api, "researcher")).toMatchObject({
      status: "paused",
      pause_until: null,
      pause_since: "2026-01-10T12:00:00.000Z",
      ...expected,
    });
    expect(await show(api, "writer")).toMatchObject({ status: "active", pause_reason: null });
  });

  test("with the tightest of its limits: of buckets and windows, at every provider", async () => {
    const config = `agents:
  researcher: { rate_limit: [100/min, { max_requests: 10, window_seconds: 60 }] }
  other: { rate_limit: 100/min }`;
    await using api = startManagement({ config });
    expect((await show(api, "researcher")).rate_limit).toEqual({
      limit: 10,
      remaining: 10,
      reset_seconds: 0,
    });
    takeCalls(api, "researcher", "openai", 3);
    takeCalls(api, "researcher", "anthropic", 4);
    expect((await show(api, "researcher")).rate_limit).toEqual({
      limit: 10,
      remaining: 6,
      reset_seconds: 60,
    });
    expect((await show(api, "other")).rate_limit).toMatchObject({ limit: 100, remaining: 100 });
    api.setAgent("free");
    expect((await show(api, "free")).rate_limit).toBeNull();
    // Showing took nothing.
    expect((await show(api, "researcher")).rate_limit?.remaining).toBe(6);
  });

  test("with the breakers that have opened", async () => {
    const config = "agents: { researcher: { circuit_breaker: { error_threshold: 1 } } }";
    await using api = startManagement({ config });
    expect((await show(api, "researcher")).breakers).toEqual([]);
    const { circuit_breaker: settings } = api.context.setup().agent("researcher");
    const target = { provider: "openai", origin: "https://api.openai.com", settings };
    api.controls.breakers.take({ agent: "researcher", ...target }, NOON).fail(NOON);
    expect((await show(api, "researcher")).breakers).toEqual([{ provider: "openai", state: "open" }]);
    api.setAgent("writer");
    expect((await show(api, "writer")).breakers).toEqual([]);
  });

  test("with its trust, and the limits and the lane that come of it", async () => {
    const config = `trust: { initial: 50 }
agents:
  restricted: { rate_limit: 10/min, trust: { pin: restricted } }
  urgent: { priority: high, trust: { pin: restricted } }
  batch: { purpose: batch }
  production: { purpose: production }`;
    await using api = startManagement({ config });
    expect(await show(api, "restricted")).toMatchObject({
      trust: { score: 50, tier: "restricted", pinned: true },
      rate_limit: { limit: 5, remaining: 5 },
      priority: "low",
    });
    expect(await show(api, "urgent")).toMatchObject({ priority: "high", rate_limit: null });
    expect(await show(api, "batch")).toMatchObject({
      priority: "low",
      trust: { score: 50, tier: "baseline", pinned: false },
    });
    expect(await show(api, "production")).toMatchObject({ priority: "high" });
  });

  test("without trust where it is off", async () => {
    await using api = startManagement({ config: "trust: { enabled: false }" });
    api.setAgent("researcher");
    expect(await show(api, "researcher")).toMatchObject({ trust: null, priority: "normal" });
  });

  test("when the configuration names it, before it has ever called; by its own name alone", async () => {
    const config = `agents:
  "*": { tags: [fleet] }
  researcher: { owner: team-ml, purpose: production, tags: [prod] }`;
    await using api = startManagement({ config });
    api.setAgent("writer", { inFlight: 1 });
    const { agents } = (await (await api.asAdmin("/api/agents")).json()) as AgentsAnswer;
    expect(agents.map(({ id }) => id)).toEqual(["researcher", "writer"]);
    expect(agents[0]).toMatchObject({
      status: "idle",
      owner: "team-ml",
      purpose: "production",
      tags: ["prod"],
      calls: { hour: 0, day: 0, total: 0 },
      last_seen: null,
    });
    expect(api.context.fleet.agents.has("researcher")).toBe(false);
    for (const name of ["*", "toString"]) {
      expect((await api.asAdmin(`/api/agents/${name}`)).status).toBe(404);
    }
  });
});

describe("a pause that is over by itself is gone from the status within a second, although nobody calls", () => {
  const capped = (usd: number) => `agents: { researcher: { budget: { max_cost_total: ${usd} } } }`;
  const spent: PauseCause = { by: "budget", window: "total", least: 1 };

  async function statuses(api: Harness): Promise<(string | null)[][]> {
    api.controls.keepHouse(api.context.now());
    const { agents } = (await (await api.asAdmin("/api/status")).json()) as AgentsAnswer;
    return agents.map(({ id, status, pause_reason }) => [id, status, pause_reason]);
  }

  function pause(api: Harness, agent: string, cause: PauseCause, until: number | null): void {
    api.setAgent(agent, { inFlight: 1 });
    api.controls.pause({ agent, since: NOON, until, cause }, NOON);
  }

  test("because its cap was raised; one by a person stays", async () => {
    await using api = startManagement({ config: capped(2) });
    pause(api, "researcher", spent, null);
    pause(api, "writer", { by: "person", note: null }, null);
    api.setAgent("researcher", { total: makeTally({ costNano: 2 * USD }) });
    const paused = [
      ["researcher", "paused", "budget_exceeded"],
      ["writer", "paused", "agent_deactivated"],
    ];
    expect(await statuses(api)).toEqual(paused);
    api.configure(capped(2));
    expect(await statuses(api)).toEqual(paused);
    api.configure(capped(3));
    expect(await statuses(api)).toEqual([["researcher", "active", null], paused[1] ?? []]);
  });

  test("because its time has come; one without an end stays", async () => {
    await using api = startManagement();
    pause(api, "researcher", { by: "policy", rule: "runaway" }, NOON + 2_000);
    pause(api, "writer", { by: "policy", rule: "runaway" }, null);
    api.advance(1_999);
    expect(await statuses(api)).toEqual([
      ["researcher", "paused", "policy"],
      ["writer", "paused", "policy"],
    ]);
    api.advance(1);
    expect(await statuses(api)).toEqual([
      ["researcher", "active", null],
      ["writer", "paused", "policy"],
    ]);
  });
});
