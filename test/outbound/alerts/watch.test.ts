import { describe, expect, test } from "bun:test";
import type { Fact } from "../../../server/core/alerts/notice.ts";
import { type AlertRule, readRule, ruleOfPolicy } from "../../../server/core/alerts/rule.ts";
import type { AlertRuleSettings, AlertType } from "../../../server/core/alerts/settings.ts";
import type { Line, NewLine } from "../../../server/core/event.ts";
import type { WatchedAgent } from "../../../server/outbound/alerts/figures.ts";
import { createAlertMemory } from "../../../server/outbound/alerts/memory.ts";
import { createSignals } from "../../../server/outbound/alerts/signals.ts";
import { createWatch } from "../../../server/outbound/alerts/watch.ts";
import type { RaisedAlert } from "../../../server/store/store.ts";

const MINUTE = 60_000;
const START = Date.UTC(2026, 0, 10, 12);
const HOUR = 3_600_000;

function rule(type: AlertType, more: Partial<AlertRuleSettings> = {}): AlertRuleSettings {
  return {
    name: type,
    type,
    agent: "*",
    channels: ["ops"],
    repeat: null,
    recovery: true,
    window: null,
    percent: null,
    threshold: null,
    min_calls: null,
    minutes: null,
    count: null,
    ...more,
  };
}

/** A watch over agents that the test writes, whose state outlives it. */
function open(settings: readonly AlertRuleSettings[], more: readonly AlertRule[] = []) {
  const rules = [...settings.map(readRule), ...more];
  const kept = new Map<string, RaisedAlert>();
  const agents = new Map<string, WatchedAgent & { lastSeen: number; inFlight: number; money: number }>();
  const told: string[] = [];
  const facts: Fact[] = [];
  let now = START;
  let watching = begin();

  function begin() {
    const state = {
      readRaised: () => [...kept.values()],
      writeRaised: (alert: RaisedAlert) => void kept.set(`${alert.rule} ${alert.subject}`, alert),
      removeRaised: (name: string, subject: string) => void kept.delete(`${name} ${subject}`),
    };
    const memory = createAlertMemory(state, now, (message) => told.push(message));
    const signals = createSignals((agent) => agents.has(agent));
    signals.follow(rules);
    const watch = createWatch({
      memory,
      signals,
      startedAt: now,
      agents: () => agents.keys(),
      find: (agent) => agents.get(agent) ?? null,
      windowStart: (window, at) => (window === "hour" ? Math.floor(at / HOUR) * HOUR : 0),
      tell({ name }, kind, agent, fact) {
        told.push(`${name} ${kind} ${agent}`);
        facts.push(fact);
      },
    });
    return { watch, signals, memory };
  }

  return {
    kept,
    facts,
    agents,
    /** An agent that has spent nothing of its cap of 100. */
    meet(name: string) {
      const agent = {
        lastSeen: now,
        inFlight: 0,
        money: 0,
        spent: () => agent.money,
        cap: () => 100,
      };
      agents.set(name, agent);
      return agent;
    },
    say(...lines: Partial<NewLine>[]) {
      for (const line of lines) {
        const whole = { seq: 1, prev: "", hash: "", time: "", agent: "bot", ...line } as Line;
        watching.signals.take(whole, now);
      }
    },
    restart() {
      watching = begin();
    },
    /** Lets so much time pass and judges; says what was told. */
    judge(after = 1_000): string[] {
      now += after;
      watching.watch.judge(rules, now);
      return told.splice(0);
    },
  };
}

const ok: Partial<NewLine> = { type: "call", status: 200, ending: "complete" };
const failed: Partial<NewLine> = { type: "call", status: 500, ending: "complete" };
const blocked: Partial<NewLine> = { type: "blocked", reason: "rate_limited" };
const times = <One>(count: number, one: One): One[] => Array<One>(count).fill(one);

describe("budget", () => {
  test("is judged of whoever has called, and again in the next window", () => {
    const watch = open([rule("budget", { window: "hour" })]);
    const bot = watch.meet("bot");
    watch.meet("other");
    expect(watch.judge()).toEqual([]);
    bot.money = 80;
    watch.say(ok);
    expect(watch.judge()).toEqual(["budget raised bot"]);
    bot.money = 95;
    watch.say(ok);
    expect(watch.judge()).toEqual([]);
    bot.money = 0;
    expect(watch.judge(HOUR)).toEqual(["budget recovered bot"]);
    bot.money = 90;
    watch.say(ok);
    expect(watch.judge()).toEqual(["budget raised bot"]);
    expect(watch.judge(HOUR)).toEqual(["budget raised bot"]);
  });

  test("is not told again after a restart, and its end is", () => {
    const watch = open([rule("budget")]);
    const bot = watch.meet("bot");
    bot.money = 85;
    expect(watch.judge()).toEqual(["budget raised bot"]);
    watch.restart();
    expect(watch.judge()).toEqual([]);
    bot.money = 10;
    expect(watch.judge()).toEqual(["budget recovered bot"]);
    expect(watch.kept.size).toBe(0);
  });

  test("of one agent says nothing of others", () => {
    const watch = open([rule("budget", { agent: "bot" })]);
    watch.meet("other").money = 100;
    expect(watch.judge()).toEqual([]);
  });
});

describe("error_rate", () => {
  const RULE = rule("error_rate", { window: 10 * MINUTE, threshold: 0.5, min_calls: 4 });

  test("needs its calls, counts those of the window, and is over when a window has been calm", () => {
    const watch = open([RULE]);
    watch.meet("bot");
    watch.say(...times(3, failed));
    expect(watch.judge()).toEqual([]);
    watch.say(ok);
    expect(watch.judge()).toEqual(["error_rate raised bot"]);
    expect(watch.facts).toEqual([{ type: "error_rate", window: 10 * MINUTE, errors: 3, calls: 4 }]);
    watch.say(...times(20, ok));
    expect(watch.judge(MINUTE)).toEqual([]);
    expect(watch.judge(8 * MINUTE)).toEqual([]);
    expect(watch.judge(MINUTE)).toEqual(["error_rate recovered bot"]);
  });

  test("counts nobody that is no agent", () => {
    const watch = open([RULE]);
    watch.say(...times(20, failed));
    expect(watch.judge()).toEqual([]);
  });
});

test("blocked_burst counts what a folded line stands for", () => {
  const watch = open([rule("blocked_burst", { count: 20, window: MINUTE })]);
  watch.meet("bot");
  watch.say(...times(9, blocked));
  expect(watch.judge()).toEqual([]);
  watch.say({ ...blocked, count: 11 });
  expect(watch.judge()).toEqual(["blocked_burst raised bot"]);
  expect(watch.judge(MINUTE)).toEqual(["blocked_burst recovered bot"]);
});

describe("agent_down", () => {
  test("is told of silence, not of a call in flight, and not of who was never there", () => {
    const watch = open([
      rule("agent_down", { minutes: 5 }),
      rule("agent_down", { name: "x", agent: "ghost" }),
    ]);
    const bot = watch.meet("bot");
    bot.inFlight = 1;
    expect(watch.judge(6 * MINUTE)).toEqual([]);
    bot.inFlight = 0;
    expect(watch.judge()).toEqual(["agent_down raised bot"]);
    bot.lastSeen = START + 7 * MINUTE;
    expect(watch.judge()).toEqual(["agent_down recovered bot"]);
  });

  test("silence from before a start is not told anew, nor as over, before it has lasted since", () => {
    const watch = open([rule("agent_down", { minutes: 5 })]);
    watch.meet("down");
    expect(watch.judge(5 * MINUTE)).toEqual(["agent_down raised down"]);
    watch.meet("late");
    watch.judge(MINUTE);
    watch.restart();
    expect(watch.judge(4 * MINUTE + 59_000)).toEqual([]);
    expect(watch.judge(1_000)).toEqual(["agent_down raised late"]);
  });

  test("a tool's heartbeat is a sign of life, also of an agent that never calls here", () => {
    const watch = open([rule("agent_down", { agent: "bot", minutes: 5 })]);
    watch.say({ type: "external", event: "heartbeat" });
    expect(watch.judge(4 * MINUTE)).toEqual([]);
    expect(watch.judge(MINUTE)).toEqual(["agent_down raised bot"]);
    watch.say({ type: "external", event: "heartbeat" });
    expect(watch.judge()).toEqual(["agent_down recovered bot"]);
  });
});

describe("breaker_open", () => {
  const line = (event: string, scope = "agent"): Partial<NewLine> => ({
    type: "breaker",
    event: `breaker.${event}`,
    detail: { scope, provider: "one", ...(scope === "origin" && { origin: "https://one.test" }) },
  });

  test("is told once while it opens and closes in turn, and as over when it stays closed", () => {
    const watch = open([rule("breaker_open")]);
    watch.meet("bot");
    watch.say(line("opened"));
    expect(watch.judge()).toEqual(["breaker_open raised bot"]);
    for (let turn = 0; turn < 5; turn++) {
      watch.say(line("half_opened"), line("closed"));
      expect(watch.judge(10_000)).toEqual([]);
      watch.say(line("opened"));
      expect(watch.judge(10_000)).toEqual([]);
    }
    watch.say(line("closed"));
    expect(watch.judge()).toEqual([]);
    expect(watch.judge(MINUTE)).toEqual(["breaker_open recovered bot"]);
  });

  test("is over after a restart, which begins with closed ones", () => {
    const watch = open([rule("breaker_open")]);
    watch.meet("bot");
    watch.say(line("opened"));
    watch.judge();
    watch.restart();
    expect(watch.judge(MINUTE)).toEqual(["breaker_open recovered bot"]);
  });

  test("of all agents is of none, and no rule of one agent tells it", () => {
    const watch = open([rule("breaker_open"), rule("breaker_open", { name: "own", agent: "bot" })]);
    watch.meet("bot");
    watch.say({ ...line("opened", "origin"), agent: undefined } as Partial<NewLine>);
    expect(watch.judge()).toEqual(["breaker_open raised null"]);
  });

  test("that opened and closed between two turns is told all the same", () => {
    const watch = open([rule("breaker_open")]);
    watch.meet("bot");
    watch.say(line("opened"), line("closed"));
    expect(watch.judge()).toEqual(["breaker_open raised bot"]);
  });
});

describe("trust_drop", () => {
  const change = (from: string, to: string): Partial<NewLine> => ({
    type: "trust",
    event: "trust.changed",
    detail: { from, to, score: 30 },
  });

  test("is told of each fall, and as over where it began", () => {
    const watch = open([rule("trust_drop")]);
    watch.meet("bot");
    watch.say(change("baseline", "trusted"));
    expect(watch.judge()).toEqual([]);
    watch.say(change("trusted", "restricted"));
    expect(watch.judge()).toEqual(["trust_drop raised bot"]);
    watch.restart();
    watch.say(change("restricted", "baseline"));
    expect(watch.judge()).toEqual([]);
    watch.say(change("baseline", "trusted"));
    expect(watch.judge()).toEqual(["trust_drop recovered bot"]);
  });

  test("is repeated while it lasts", () => {
    const watch = open([rule("trust_drop", { repeat: HOUR })]);
    watch.meet("bot");
    watch.say(change("baseline", "restricted"));
    watch.judge();
    expect(watch.judge(HOUR - 1_000)).toEqual([]);
    expect(watch.judge(1_000)).toEqual(["trust_drop repeated bot"]);
  });
});

describe("what merely happens", () => {
  const loop: Partial<NewLine> = {
    type: "agent",
    event: "loop.detected",
    detail: { window: 20, threshold: 10 },
  };
  const policy = (name: string, event = "policy.paused"): Partial<NewLine> => ({
    type: "policy",
    event,
    detail: { rule: name },
  });

  test("a loop is told, and not again too soon", () => {
    const watch = open([rule("loop", { repeat: MINUTE })]);
    watch.meet("bot");
    watch.say(loop, loop);
    expect(watch.judge()).toEqual(["loop raised bot"]);
    watch.restart();
    watch.say(loop);
    expect(watch.judge()).toEqual([]);
    watch.say(loop);
    expect(watch.judge(MINUTE)).toEqual(["loop raised bot"]);
  });

  test("policies are told apart, and what they only would have done is not told", () => {
    const watch = open([rule("policy")]);
    watch.meet("bot");
    watch.say(policy("a"), policy("b"), policy("a"), policy("c", "policy.shadowed"));
    expect(watch.judge()).toEqual(["policy raised bot", "policy raised bot"]);
  });
});

test("a rule that is gone, or watches something else by now, is forgotten without a word", () => {
  const watch = open([rule("budget", { name: "spend" })]);
  watch.meet("bot").money = 90;
  watch.judge();
  const state = {
    readRaised: () => [...watch.kept.values()],
    writeRaised: () => undefined,
    removeRaised: (name: string, subject: string) => void watch.kept.delete(`${name} ${subject}`),
  };
  const memory = createAlertMemory(state, START, () => undefined);
  memory.keepOnly([readRule(rule("loop", { name: "spend" }))]);
  expect(watch.kept.size).toBe(0);
});

test("a policy's own channels are told of that policy alone, as often as it says", () => {
  const params = {
    min_calls: null,
    duration: null,
    cooldown: 0,
    rate: null,
    delay_ms: null,
    hold_seconds: 0,
  };
  const policy = { name: "runaway", condition: "true", action: "alert", mode: "enforce" } as const;
  expect(ruleOfPolicy({ ...policy, params: { ...params, channels: [] } })).toBeNull();
  const own = ruleOfPolicy({ ...policy, params: { ...params, channels: ["ops"] } });
  const watch = open([], own ? [own] : []);
  watch.meet("bot");
  const alerted = (rule: string): Partial<NewLine> => ({
    type: "policy",
    event: "policy.alerted",
    detail: { rule },
  });
  watch.say(alerted("other"), alerted("runaway"));
  expect(watch.judge()).toEqual(["policy:runaway raised bot"]);
  watch.say(alerted("runaway"));
  expect(watch.judge()).toEqual(["policy:runaway raised bot"]);
  watch.judge();
  expect(watch.kept.size).toBe(0);
});
