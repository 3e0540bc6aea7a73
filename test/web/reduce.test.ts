import { describe, expect, test } from "bun:test";
import type {
  AgentStatus,
  FleetTotals,
  LiveDelta,
  LiveSnapshot,
} from "../../server/management/wire/status.ts";
import type { LogEntry } from "../../server/store/store.ts";
import { type FleetView, MAX_ENTRIES, reduce } from "../../web/src/feed/reduce.ts";
import { createSeries, readSeries } from "../../web/src/feed/series.ts";
import { agentStatus, fleetTotals, logEntry } from "./samples.ts";

const START = 1_800_000_000_000;
const GATEWAY_URL = "http://127.0.0.1:8080";

describe("reduce", () => {
  test("shows what a snapshot says", () => {
    const view = see(null, snapshot([agentStatus("a"), agentStatus("b")], [logEntry(2), logEntry(1)]));
    expect(view.agents.map((agent) => agent.id)).toEqual(["a", "b"]);
    expect(view.entries.map((entry) => entry.seq)).toEqual([2, 1]);
    expect(view.gateway.version).toBe("1.2.3");
    expect(view.receivedAt).toBe(START);
  });

  test("leaves out a delta that comes before the first whole picture", () => {
    expect(reduce(null, delta([agentStatus("a")]), START)).toBeNull();
  });

  test("a delta changes the agents it names, adds new ones and leaves the others as they are", () => {
    const before = see(null, snapshot([agentStatus("a"), agentStatus("b")]));
    const after = see(before, delta([agentStatus("b", { in_flight: 3 }), agentStatus("c")]));
    expect(after.agents.map((agent) => [agent.id, agent.in_flight])).toEqual([
      ["a", 0],
      ["b", 3],
      ["c", 0],
    ]);
    expect(after.agents[0]).toBe(before.agents[0] as (typeof before.agents)[0]);
  });

  test("a delta brings new warnings and keeps the version and the address", () => {
    const before = see(null, snapshot([]));
    const after = see(before, {
      ...delta([]),
      gateway: { uptime_ms: 9, degraded: ["disk full"], warnings: [] },
    });
    expect(after.gateway).toEqual({
      version: "1.2.3",
      url: GATEWAY_URL,
      uptime_ms: 9,
      degraded: ["disk full"],
      warnings: [],
    });
  });

  test("puts new entries first, shows none twice and keeps a bounded number", () => {
    const before = see(null, snapshot([], [logEntry(2), logEntry(1)]));
    const merged = see(before, delta([], [logEntry(3), logEntry(2)]));
    expect(merged.entries.map((entry) => entry.seq)).toEqual([3, 2, 1]);

    const many = Array.from({ length: 200 }, (_, at) => logEntry(300 - at));
    const full = see(merged, delta([], many));
    expect(full.entries).toHaveLength(MAX_ENTRIES);
    expect(full.entries[0]?.seq).toBe(300);
  });

  test("news is what lies behind the first snapshot, also after a reconnect", () => {
    const first = see(null, snapshot([], [logEntry(7), logEntry(6)]));
    expect(first.newsAfter).toBe(7);
    expect(see(first, delta([], [logEntry(8)])).newsAfter).toBe(7);
    expect(see(first, snapshot([], [logEntry(9)])).newsAfter).toBe(7);
    expect(see(null, snapshot([], [])).newsAfter).toBe(0);
  });

  test("while polling nothing is news: the entries come with the snapshot after it", () => {
    const { agents, gateway, totals } = snapshot([agentStatus("a")]);
    const polled = see(null, { type: "status", agents, gateway, totals });
    expect(polled.newsAfter).toBeNull();
    expect(see(polled, snapshot([], [logEntry(7)])).newsAfter).toBe(7);
  });

  test("an answer to polling replaces the figures and keeps the entries, which it does not hold", () => {
    const before = see(null, snapshot([agentStatus("a"), agentStatus("gone")], [logEntry(1)]));
    const { agents, gateway, totals } = snapshot([agentStatus("a", { in_flight: 1 })]);
    const after = see(before, { type: "status", agents, gateway, totals });
    expect(after.agents.map((agent) => [agent.id, agent.in_flight])).toEqual([["a", 1]]);
    expect(after.entries).toHaveLength(1);
  });

  test("an agent as answered after a decision takes its place at once; everything else stays", () => {
    const before = see(null, snapshot([agentStatus("a"), agentStatus("b")], [logEntry(1)]));
    const paused = agentStatus("a", { status: "paused", pause_reason: "agent_deactivated" });
    const after = see(before, { type: "agent", agent: paused }, START + 900);
    expect(after.agents.map((agent) => [agent.id, agent.status])).toEqual([
      ["a", "paused"],
      ["b", "active"],
    ]);
    expect({ ...after, agents: [] }).toEqual({ ...before, agents: [] });
    expect(reduce(null, { type: "agent", agent: paused }, START)).toBeNull();
  });
});

describe("what the sparklines draw", () => {
  test("the first picture draws nothing: its lifetime sums did not happen now", () => {
    const view = see(null, snapshot([called("a", 5000)], [], spent(80)));
    expect(drawnCalls(view, "a")).toBe(0);
    expect(drawnSpend(view)).toBe(0);
  });

  test("calls and spend between two messages are drawn, for new agents from their first call", () => {
    const before = see(null, snapshot([called("a", 5000)], [], spent(80)));
    const after = see(before, delta([called("a", 5003), called("new", 2)], [], spent(80.25)), START + 1000);
    expect(drawnCalls(after, "a")).toBe(3);
    expect(drawnCalls(after, "new")).toBe(2);
    expect(drawnSpend(after)).toBeCloseTo(0.25, 9);
  });

  test("each agent's spend is drawn apart, for new agents from their first call", () => {
    const paid = (id: string, total: number) => agentStatus(id, { cost: { hour: 0, day: 0, total } });
    const before = see(null, snapshot([paid("a", 40), paid("b", 7)]));
    const after = see(before, delta([paid("a", 40.5), paid("new", 0.25)]), START + 1000);
    const drawn = after.agents.map(({ id, recentSpend }) => [id, sum(readSeries(recentSpend, START + 1000))]);
    expect(drawn).toEqual([
      ["a", 0.5],
      ["b", 0],
      ["new", 0.25],
    ]);
    const late = see(after, snapshot([paid("a", 90)]), START + 120_000);
    expect(sum(readSeries(late.agents[0]?.recentSpend ?? createSeries(), START + 120_000))).toBe(0.5);
  });

  test("what came during a long silence is not drawn as if it came now", () => {
    const before = see(null, snapshot([called("a", 10)], [], spent(1)));
    const after = see(before, snapshot([called("a", 900)], [], spent(7)), START + 120_000);
    expect(drawnCalls(after, "a", START + 120_000)).toBe(0);
    expect(drawnSpend(after, START + 120_000)).toBe(0);
  });

  test("a reconnect keeps what was drawn before", () => {
    const first = see(null, snapshot([called("a", 10)]));
    const second = see(first, delta([called("a", 14)]), START + 1000);
    const third = see(second, snapshot([called("a", 20)]), START + 120_000);
    expect(drawnCalls(third, "a", START + 120_000)).toBe(4);
  });

  test("calls that an answered decision tells of are drawn once", () => {
    const first = see(null, snapshot([called("a", 10)]));
    const second = see(first, { type: "agent", agent: called("a", 12) }, START + 500);
    const third = see(second, delta([called("a", 13)]), START + 1000);
    expect(drawnCalls(third, "a")).toBe(3);
  });

  test("sums that shrink, as after a restored backup, draw nothing below zero", () => {
    const before = see(null, snapshot([called("a", 10)], [], spent(5)));
    const after = see(before, snapshot([called("a", 2)], [], spent(1)), START + 1000);
    expect(drawnCalls(after, "a")).toBe(0);
    expect(drawnSpend(after)).toBe(0);
  });
});

function see(view: FleetView | null, message: Parameters<typeof reduce>[1], now = START): FleetView {
  const next = reduce(view, message, now);
  if (!next) throw new Error("nothing to see");
  return next;
}

function snapshot(
  agents: AgentStatus[],
  entries: LogEntry[] = [],
  totals: FleetTotals = fleetTotals(),
): LiveSnapshot {
  const gateway = { version: "1.2.3", url: GATEWAY_URL, uptime_ms: 1, degraded: [], warnings: [] };
  return { type: "snapshot", gateway, agents, totals, entries };
}

function delta(agents: AgentStatus[], entries: LogEntry[] = [], totals = fleetTotals()): LiveDelta {
  return { type: "delta", gateway: { uptime_ms: 2, degraded: [], warnings: [] }, agents, totals, entries };
}

function called(id: string, total: number): AgentStatus {
  return agentStatus(id, { calls: { hour: 0, day: 0, total } });
}

function spent(usd: number): FleetTotals {
  return fleetTotals({ cost: usd });
}

function drawnCalls(view: FleetView, id: string, now = START + 1000): number {
  const agent = view.agents.find((candidate) => candidate.id === id);
  if (!agent) throw new Error(`no agent ${id}`);
  return sum(readSeries(agent.recentCalls, now));
}

function drawnSpend(view: FleetView, now = START + 1000): number {
  return sum(readSeries(view.recentSpend, now));
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
