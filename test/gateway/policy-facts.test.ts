import { describe, expect, test } from "bun:test";
import { emptyTally } from "../../server/core/agent.ts";
import { type AgentFigures, type CallAtHand, describeFacts } from "../../server/gateway/policy-facts.ts";

const NOON = Date.parse("2026-03-10T12:30:00Z");
const MINUTE = 60_000;
const AROUND = { isPaused: false, trustScore: 50, run: null, zone: "UTC" };

const CALL: CallAtHand = {
  identity: { name: "bot" },
  owner: "team-ml",
  purpose: null,
  tags: ["prod", "ticket=7"],
  model: "gpt-4o",
  provider: { id: "openai" },
};

const AGENT: AgentFigures = {
  hour: { ...emptyTally(), calls: 4, errors: 1, costNano: 1_500_000_000, blocked: 90, unpriced: 1 },
  day: { ...emptyTally(), calls: 10, errors: 3, costNano: 2_000_000_000 },
  total: { ...emptyTally(), calls: 20, errors: 5, costNano: 2_000_000_001 },
  inFlight: 0,
  lastSeen: NOON - MINUTE,
};

describe("the facts that policies read", () => {
  test("are the agent's settled figures in USD, the call's labels, the clock and what surrounds it", () => {
    const run = { calls: 3, costNano: 250_000_000 };
    expect(
      describeFacts(CALL, AGENT, { ...AROUND, run, trustScore: 71.5, zone: "Asia/Kathmandu" }, NOON),
    ).toEqual({
      error_rate: 0.25,
      cost_this_hour: 1.5,
      cost_today: 2,
      total_cost: 2.000000001,
      calls_this_hour: 4,
      call_count: 20,
      error_count: 5,
      status: "active",
      agent_id: "bot",
      owner: "team-ml",
      purpose: "",
      tags: ["prod", "ticket=7"],
      model: "gpt-4o",
      provider: "openai",
      hour: 18,
      trust_score: 71.5,
      run_cost: 0.25,
      run_calls: 3,
    });
  });

  test("of an agent that was never let in are zeros, and it is active: it calls", () => {
    const unnamed = { ...CALL, model: null, owner: null, tags: [] };
    const facts = describeFacts(unnamed, null, { ...AROUND, trustScore: null }, NOON);
    expect(facts).toMatchObject({ error_rate: 0, total_cost: 0, call_count: 0, run_cost: 0, run_calls: 0 });
    expect(facts).toMatchObject({ status: "active", model: "", owner: "", tags: [], trust_score: 50 });
  });

  test("say paused before idle, and idle only after five minutes without a call in flight", () => {
    const statusOf = (agent: Partial<AgentFigures>, isPaused = false) =>
      describeFacts(CALL, { ...AGENT, ...agent }, { ...AROUND, isPaused }, NOON).status;
    const lastSeen = NOON - 5 * MINUTE;
    expect([statusOf({ lastSeen: lastSeen + 1 }), statusOf({ lastSeen })]).toEqual(["active", "idle"]);
    expect([statusOf({ lastSeen, inFlight: 1 }), statusOf({ lastSeen }, true)]).toEqual(["active", "paused"]);
  });

  test("hold no text of unbounded length, and no unbounded number of labels", () => {
    const long = "x".repeat(10_000);
    const tags = Array.from({ length: 5_000 }, () => long);
    const facts = describeFacts(
      { ...CALL, owner: long, purpose: long, model: long, tags },
      AGENT,
      AROUND,
      NOON,
    );
    for (const text of [facts.owner, facts.purpose, facts.model, ...facts.tags])
      expect(text).toHaveLength(256);
    expect(facts.tags).toHaveLength(100);
  });
});
