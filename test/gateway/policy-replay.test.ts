/** Policies over the past: whom they would have hit, with the figures that the gateway had then. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { CallLine } from "../../server/core/event.ts";
import { createFleet } from "../../server/gateway/fleet.ts";
import { createPolicing } from "../../server/gateway/policing.ts";
import { describeFacts } from "../../server/gateway/policy-facts.ts";
import type { PastEntry } from "../../server/gateway/policy-past.ts";
import { replay } from "../../server/gateway/policy-replay.ts";
import type { Index } from "../../server/store/store.ts";
import { isError } from "../../server/store/tally.ts";
import { compile, rule } from "./policy-support.ts";

const START = Date.parse("2026-03-10T09:00:00Z");
const MINUTE = 60_000;
const USD = 1_000_000_000;

type PastCall = Extract<PastEntry, { tags?: unknown }>;

/** A call that settled so many minutes after nine. */
function call(minute: number, more: Partial<CallLine> = {}): PastCall {
  return {
    type: "call",
    time: new Date(START + minute * MINUTE).toISOString(),
    agent: "bot",
    provider: "openai",
    requested_model: "gpt-4o",
    status: 200,
    ending: "complete",
    cost_nano: USD,
    ...more,
  };
}

function refused(minute: number, reason: string, more: Partial<PastEntry> = {}): PastEntry {
  const { type: _, ...common } = more;
  const time = new Date(START + minute * MINUTE).toISOString();
  return {
    agent: "bot",
    provider: "openai",
    requested_model: "gpt-4o",
    ...common,
    type: "blocked",
    time,
    reason,
  };
}

const over = (
  entries: readonly PastEntry[],
  condition: string,
  action: "deny" | "pause" = "deny",
  since = START,
) => replay(compile(rule(condition, action)), entries, "UTC", since).hits;
const at = (minute: number) => START + minute * MINUTE;

describe("a replay", () => {
  test("hits the calls at which the condition was true, per rule and agent", () => {
    const entries = [
      call(0),
      call(1, { agent: "other" }),
      call(2),
      call(3, { requested_model: "o3" }),
      call(4),
    ];
    const policies = compile(
      rule("model == 'gpt-4o'", "deny", {}, { name: "model" }),
      rule("calls_this_hour >= 2", "deny", {}, { name: "busy" }),
    );
    expect(replay(policies, entries, "UTC", START)).toEqual({
      hits: [
        { rule: "model", agent: "bot", first: at(0), calls: 3 },
        { rule: "model", agent: "other", first: at(1), calls: 1 },
        { rule: "busy", agent: "bot", first: at(3), calls: 2 },
      ],
      leftOut: 0,
    });
  });

  test("sees a denial only before a call, and every other action after it as well", () => {
    const entries = [call(0), call(1, { cost_nano: 60 * USD })];
    expect(over(entries, "cost_this_hour > 50")).toEqual([]);
    expect(over(entries, "cost_this_hour > 50", "pause")).toEqual([
      { rule: "pause", agent: "bot", first: at(1), calls: 1 },
    ]);
  });

  test("begins hours and days anew where the zone does", () => {
    const midnight = 15 * 60;
    const entries = [call(59), call(60), call(midnight - 1), call(midnight), call(midnight + 1)];
    expect(over(entries, "cost_this_hour >= 1")).toMatchObject([{ first: at(midnight + 1), calls: 1 }]);
    expect(over(entries, "cost_today >= 2 && total_cost < 4")).toMatchObject([
      { first: at(midnight - 1), calls: 1 },
    ]);
    expect(over(entries, "total_cost >= 4")).toMatchObject([{ first: at(midnight + 1), calls: 1 }]);
    const hits = replay(compile(rule("cost_today >= 2", "deny")), entries, "Asia/Kathmandu", START).hits;
    expect(hits).toMatchObject([{ first: at(midnight + 1), calls: 1 }]);
  });

  test("counts failed calls as errors and calls of unknown cost as nothing spent; refusals are neither", () => {
    const entries = [
      call(0, { status: 500, cost_nano: 0 }),
      call(1, { ending: "failed", cost_nano: null }),
      refused(2, "rate_limited"),
      call(3),
    ];
    expect(over(entries, "error_count == 2 && call_count == 2 && total_cost == 0")).toMatchObject([
      { first: at(2), calls: 2 },
    ]);
  });

  test("hits what was refused by a policy or after it, each folded refusal, and not what never got so far", () => {
    const entries = [
      refused(0, "policy_denied", { count: 12 }),
      refused(1, "budget_exceeded"),
      refused(2, "model_not_allowed"),
      refused(3, "outside_allowed_hours"),
    ];
    expect(over(entries, "model == 'gpt-4o'")).toEqual([
      { rule: "deny", agent: "bot", first: at(0), calls: 13 },
    ]);
  });

  test("knows the labels, the run and the trust of its calls, and of refusals the tags that the agent had last", () => {
    const labelled = { owner: "ml", purpose: "ci", tags: ["prod"], run: "r1", trust: 12 };
    const entries = [call(0, labelled), call(1, labelled), refused(2, "throttled", { run: "r2" }), call(3)];
    expect(over(entries, "owner == 'ml' && purpose == 'ci' && trust_score == 12")).toMatchObject([
      { calls: 2 },
    ]);
    expect(over(entries, "run_calls == 1 && run_cost == 1")).toMatchObject([{ first: at(1), calls: 1 }]);
    expect(over(entries, "'prod' in tags")).toMatchObject([{ calls: 3 }]);
    expect(over(entries, "trust_score == 50")).toEqual([]);
  });

  test("makes up its figures from what was before `since`, and hits nobody there", () => {
    const entries = [call(0), call(1), call(2)];
    expect(over(entries, "total_cost >= 1", "deny", at(2))).toEqual([
      { rule: "deny", agent: "bot", first: at(2), calls: 1 },
    ]);
  });

  test("waits for min_calls, and hits by rules that only watch", () => {
    const failing = Array.from({ length: 12 }, (_, minute) => call(minute, { status: 500 }));
    expect(over(failing, "error_rate > 0.5")).toMatchObject([{ first: at(10), calls: 2 }]);
    const watching = compile(rule("error_rate > 0.5", "pause", { min_calls: 3 }, { mode: "shadow" }));
    expect(replay(watching, failing, "UTC", START).hits).toMatchObject([{ first: at(2), calls: 10 }]);
  });

  test("leaves out the agents beyond the ten thousandth, and says how many entries that were", () => {
    const entries = Array.from({ length: 10_002 }, (_, index) => call(0, { agent: `a${index}` }));
    const { hits, leftOut } = replay(compile(rule("hour == 9", "deny")), entries, "UTC", START);
    expect([hits.length, leftOut]).toEqual([10_000, 2]);
  });
});

test("agrees with the gateway that was there, for any calls that came one after the other", () => {
  const step = fc.record({
    wait: fc.integer({ min: 0, max: 90 * MINUTE }),
    agent: fc.constantFrom("a", "b"),
    status: fc.constantFrom(200, 429, 500),
    cost_nano: fc.constantFrom(null, 0, USD / 2, 2 * USD),
  });
  const policies = compile(
    rule("error_rate > 0.3", "deny", { min_calls: 2 }, { name: "errors" }),
    rule("cost_this_hour > 2 || cost_today > 6", "deny", {}, { name: "spend" }),
    rule("hour >= 22 && status == 'idle' && call_count > 3", "deny", {}, { name: "night" }),
  );
  const none = () => new Map();
  const past = { agents: () => [], owners: none, tallies: none, ownerTallies: none, admitted: none };
  const index = past as unknown as Index;

  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.constantFrom("UTC", "Europe/Berlin"), (steps, zone) => {
      const fleet = createFleet({ index, zone, now: START });
      const policing = createPolicing(fleet.agents, () => {});
      const denied: string[] = [];
      const entries: PastCall[] = [];
      let now = START;
      for (const { wait, ...more } of steps) {
        now += wait;
        const entry = call((now - START) / MINUTE, more);
        const at = {
          identity: { name: entry.agent },
          owner: null,
          purpose: null,
          tags: [],
          model: "gpt-4o",
          provider: { id: "openai" },
        };
        const around = { isPaused: false, trustScore: 50, run: null, zone };
        fleet.turn(now);
        const facts = () => describeFacts(at, fleet.agents.get(entry.agent) ?? null, around, now);
        for (const policy of policies) {
          const verdict = policing.judge([policy], facts, now);
          if (verdict.denied) denied.push(`${policy.settings.name} ${entry.agent}`);
        }
        const agent = fleet.meet(entry.agent, now);
        fleet.began(agent, now);
        fleet.settled(
          agent,
          null,
          { tokensIn: 0, tokensOut: 0, costNano: entry.cost_nano, isError: isError(entry) },
          now,
        );
        entries.push(entry);
      }
      const { hits } = replay(policies, entries, zone, START);
      const replayed = hits.flatMap(({ rule, agent, calls }) =>
        Array.from({ length: calls }, () => `${rule} ${agent}`),
      );
      expect(replayed.sort()).toEqual(denied.sort());
    }),
  );
});
