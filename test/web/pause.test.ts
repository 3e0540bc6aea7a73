import { describe, expect, test } from "bun:test";
import type { AgentStatus } from "../../server/management/wire/status.ts";
import { describePause } from "../../web/src/feed/pause.ts";
import { formatSince, formatUntil } from "../../web/src/format.ts";
import { agentStatus } from "./samples.ts";

const NOW = new Date(2026, 0, 10, 14, 3).getTime();
const THREE = new Date(2026, 0, 10, 15, 0);

describe("a pause", () => {
  test("is told of nobody who is not paused", () => {
    expect(describePause(agentStatus("a"), NOW)).toBeNull();
    expect(describePause(agentStatus("a", { status: "idle" }), NOW)).toBeNull();
  });

  test.each([
    ["agent_deactivated", "leaks names", "person", "leaks names"],
    ["agent_deactivated", null, "person", "By hand"],
    ["budget_exceeded", "hour", "gateway", "Hourly budget used up"],
    ["budget_exceeded", "day", "gateway", "Daily budget used up"],
    ["budget_exceeded", "total", "gateway", "Total budget used up"],
    ["policy", "cap-errors", "gateway", "Policy cap-errors"],
    ["loop_detected", null, "gateway", "Repeats itself in a loop"],
  ] as const)("for %p (%p) is by a %p: %p", (pause_reason, pause_detail, by, why) => {
    expect(describePause(paused({ pause_reason, pause_detail }), NOW)).toMatchObject({ by, why });
  });

  test("ends at a time, with a decision, or, of a total cap, when that is raised", () => {
    const until = (members: Partial<AgentStatus>) => describePause(paused(members), NOW)?.until;
    expect(until({ pause_until: THREE.toISOString() })).toBe("until 15:00");
    expect(until({ pause_reason: "agent_deactivated" })).toBe("until resumed");
    expect(until({ pause_reason: "policy" })).toBe("until resumed");
    expect(until({ pause_reason: "budget_exceeded", pause_detail: "total" })).toBe("until the cap is raised");
  });

  test("began at a time, of another day told with that day; where the gateway does not say it, nothing is said", () => {
    const since = (pause_since: string | null) => describePause(paused({ pause_since }), NOW)?.since;
    expect(since(new Date(2026, 0, 10, 13, 50).toISOString())).toBe("since 13:50");
    expect(since(new Date(2026, 0, 7, 9, 30).toISOString())).toBe("since Wed 09:30");
    expect(since(null)).toBeNull();
    expect(formatSince(new Date(2025, 10, 2, 9, 30).getTime(), NOW)).toBe("since 2 Nov, 09:30");
  });

  function paused(members: Partial<AgentStatus>): AgentStatus {
    return agentStatus("a", { status: "paused", ...members });
  }
});

test.each([
  [new Date(2026, 0, 10, 15, 0), "until 15:00"],
  [new Date(2026, 0, 11, 0, 0), "until 00:00"],
  [new Date(2026, 0, 13, 9, 30), "until Tue 09:30"],
  [new Date(2026, 2, 12, 15, 0), "until 12 Mar, 15:00"],
])("%p reads %p", (end, text) => expect(formatUntil(end.getTime(), NOW)).toBe(text));
