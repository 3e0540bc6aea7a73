import { describe, expect, test } from "bun:test";
import type { BreakerSettings } from "../../server/core/settings.ts";
import { type BreakerChange, type BreakerTarget, createBreakers } from "../../server/gateway/breakers.ts";

const NOW = Date.parse("2026-03-10T12:00:00Z");
const MINUTE = 60_000;
const SETTINGS: BreakerSettings = {
  error_threshold: 3,
  reset_timeout: 30_000,
  half_open_requests: 2,
  window_ms: MINUTE,
};

function target(agent: string, more: Partial<BreakerTarget> = {}): BreakerTarget {
  return { agent, provider: "alpha", origin: "https://alpha.example", settings: SETTINGS, ...more };
}

function open() {
  const changes: BreakerChange[] = [];
  const breakers = createBreakers((change) => changes.push(change));
  return {
    breakers,
    changes,
    told: () => changes.map(({ scope, transition }) => `${scope} ${transition}`),
    fail(to: BreakerTarget, times: number, now = NOW) {
      for (let i = 0; i < times; i++) breakers.take(to, now).fail(now);
    },
  };
}

describe("an agent's breaker with a provider", () => {
  test("opens at its threshold, for this agent and this provider alone", () => {
    const { breakers, fail, told } = open();
    fail(target("a"), 2);
    expect(breakers.check(target("a"), NOW)).toBe(0);
    expect(told()).toEqual([]);
    fail(target("a"), 1);
    expect(breakers.check(target("a"), NOW + 10_000)).toBe(20_000);
    expect(breakers.check(target("b"), NOW)).toBe(0);
    expect(breakers.check(target("a", { provider: "beta", origin: "https://beta.example" }), NOW)).toBe(0);
    expect(told()).toEqual(["agent opened"]);
  });

  test("lets probes pass after its time, and closes when they succeed", () => {
    const { breakers, fail, changes } = open();
    const a = target("a");
    fail(a, 3);
    const later = NOW + 30_000;
    expect(breakers.check(a, later)).toBe(0);
    const probes = [breakers.take(a, later), breakers.take(a, later)];
    expect(breakers.check(a, later)).toBeGreaterThan(0);
    for (const probe of probes) probe.succeed(later + 5);
    expect(breakers.check(a, later + 5)).toBe(0);
    const { agent, provider, origin } = a;
    const of = { scope: "agent", agent, provider, origin } as const;
    expect(changes).toEqual([
      { ...of, transition: "opened", now: NOW },
      { ...of, transition: "half_opened", now: later },
      { ...of, transition: "closed", now: later + 5 },
    ]);
  });

  test("asking changes nothing: it stays open until a probe is out", () => {
    const { breakers, fail, told } = open();
    fail(target("a"), 3);
    for (let i = 0; i < 10; i++) expect(breakers.check(target("a"), NOW + 30_000)).toBe(0);
    expect(breakers.states("a")).toEqual([{ provider: "alpha", state: "open" }]);
    breakers.take(target("a"), NOW + 30_000);
    expect(breakers.states("a")).toEqual([{ provider: "alpha", state: "half_open" }]);
    expect(told()).toEqual(["agent opened", "agent half_opened"]);
  });

  test("goes by the settings of the moment", () => {
    const { breakers, fail } = open();
    fail(target("a"), 2);
    const strict = target("a", { settings: { ...SETTINGS, error_threshold: 1, reset_timeout: 5_000 } });
    fail(strict, 1);
    expect(breakers.check(strict, NOW)).toBe(5_000);
    expect(breakers.check(target("a"), NOW)).toBe(30_000);
  });

  test("is told of only once it has opened, and from then on", () => {
    const { breakers, fail } = open();
    expect(breakers.states("a")).toEqual([]);
    fail(target("a"), 2);
    expect(breakers.states("a")).toEqual([]);
    fail(target("a"), 1);
    for (const probe of [1, 2].map(() => breakers.take(target("a"), NOW + MINUTE)))
      probe.succeed(NOW + MINUTE);
    expect(breakers.states("a")).toEqual([{ provider: "alpha", state: "closed" }]);
    expect(breakers.states("b")).toEqual([]);
  });
});

describe("an origin's breaker", () => {
  const lenient: BreakerSettings = { ...SETTINGS, error_threshold: 1_000 };

  test("closes the origin for all agents, and no other origin", () => {
    const { breakers, fail, changes } = open();
    fail(target("a", { settings: lenient }), 10);
    expect(breakers.check(target("c"), NOW)).toBe(0);
    fail(target("b", { settings: lenient }), 10);
    expect(breakers.check(target("c"), NOW)).toBe(30_000);
    expect(breakers.check(target("c", { origin: "https://alpha.example:8443" }), NOW)).toBe(0);
    expect(changes).toMatchObject([{ scope: "origin", agent: "b", transition: "opened" }]);
    expect(breakers.states("b")).toEqual([]);
  });

  test("makes a call wait as long as the longer of both says", () => {
    const { breakers, fail } = open();
    fail(target("a"), 20);
    expect(breakers.check(target("a", { settings: { ...SETTINGS, reset_timeout: 90_000 } }), NOW)).toBe(
      90_000,
    );
    expect(breakers.check(target("a", { settings: { ...SETTINGS, reset_timeout: 1 } }), NOW)).toBe(30_000);
  });
});

describe("however many names there are", () => {
  const foreign = (i: number, agent = `agent-${i % 2}`) =>
    target(agent, { provider: `host-${i}`, origin: `https://host-${i}.example` });

  test("an origin with nothing in its window makes room; where there is none, a newcomer passes unwatched", () => {
    const { breakers, fail } = open();
    const settings = { ...SETTINGS, error_threshold: 100 };
    for (let i = 0; i < 1_000; i++) breakers.take(foreign(i, `agent-${i}`), NOW + i).succeed(NOW + i);
    const later = NOW + MINUTE;
    fail(target("new", { settings }), 20, later);
    expect(breakers.check(target("other"), later)).toBe(30_000);
    const unwatched = target("late", { origin: "https://late.example", settings });
    fail(unwatched, 50, later);
    expect(breakers.check(unwatched, later)).toBe(0);
    expect(breakers.check(target("other"), later)).toBe(30_000);
  });

  test("an open breaker is kept while anybody may still be waiting for it", () => {
    const { breakers, fail, told } = open();
    for (let i = 0; i < 32; i++) fail(foreign(i, "a"), 3);
    const newcomer = foreign(99, "a");
    fail(newcomer, 3, NOW + 10 * MINUTE);
    expect(breakers.check(newcomer, NOW + 10 * MINUTE)).toBe(0);
    expect(breakers.states("a")).toHaveLength(32);
    expect(told()).not.toContain("agent closed");
    // Another agent's room is its own.
    fail({ ...newcomer, agent: "b" }, 3);
    expect(breakers.states("b")).toEqual([{ provider: "host-99", state: "open" }]);
  });

  test("of those that all callers have abandoned, the one unused longest closes to make room", () => {
    const { breakers, fail, changes } = open();
    for (let i = 0; i < 32; i++) fail(foreign(i, "a"), 3, NOW - i);
    const later = NOW + 10 * MINUTE + SETTINGS.reset_timeout;
    const newcomer = foreign(99, "a");
    fail(newcomer, 3, later);
    expect(breakers.check(newcomer, later)).toBe(SETTINGS.reset_timeout);
    expect(breakers.states("a")).toHaveLength(32);
    expect(changes.filter(({ transition }) => transition === "closed")).toMatchObject([
      { scope: "agent", provider: "host-31", now: later },
    ]);
  });

  test("a breaker through which a call is under way keeps its room", () => {
    const { breakers, fail } = open();
    const slow = breakers.take(foreign(0, "a"), NOW);
    const later = NOW + 60 * MINUTE;
    for (let i = 1; i < 32; i++) breakers.take(foreign(i, "a"), later).succeed(later);
    fail(foreign(99, "a"), 3, later);
    expect(breakers.states("a")).toEqual([]);
    slow.fail(later);
    fail(foreign(0, "a"), 2, later);
    expect(breakers.states("a")).toEqual([{ provider: "host-0", state: "open" }]);
  });

  test("a stream that outlives its breaker's room opens nothing", () => {
    const { breakers, fail, told } = open();
    const old = foreign(0, "a");
    const streams = [1, 2, 3].map(() => breakers.take(old, NOW));
    for (const stream of streams) stream.succeed(NOW);
    const later = NOW + MINUTE;
    for (let i = 1; i <= 32; i++) breakers.take(foreign(i, "a"), later).succeed(later);
    for (const stream of streams) stream.fail(later);
    expect(told()).toEqual([]);
    expect(breakers.check(old, later)).toBe(0);
    fail(foreign(1, "a"), 3, later);
    expect(told()).toEqual(["agent opened"]);
  });
});
