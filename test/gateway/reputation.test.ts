import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { CallFact } from "../../server/core/conduct.ts";
import { type Fact, PROMOTION, type TrustEvent } from "../../server/core/trust.ts";
import { TIERS } from "../../server/core/trust-tier.ts";
import {
  createReputation,
  type ReputationTerms,
  trustLine,
  trustTerms,
} from "../../server/gateway/reputation.ts";

const MINUTE = 60_000;
const START = Date.UTC(2026, 0, 1);
const terms: ReputationTerms = { enabled: true, interval: MINUTE, quarantine: false, initial: 50, pin: null };
const call: CallFact = { kind: "call", model: "gpt-4o", owner: "team", status: 200, costNano: 1000 };
const loop: Fact = { kind: "loop" };

/** A reputation with the events that it told. */
function open(restore: ReadonlyMap<string, unknown> = new Map()) {
  const events: [agent: string, TrustEvent, now: number][] = [];
  const unreadable: string[] = [];
  const reputation = createReputation({
    restore,
    onUnreadable: (agent) => void unreadable.push(agent),
    onEvent: (agent, event, now) => void events.push([agent, event, now]),
  });
  return { reputation, events, unreadable };
}

/** What would come back from the disk. */
function kept(standings: readonly [string, unknown][]): Map<string, unknown> {
  return new Map(JSON.parse(JSON.stringify(standings)));
}

describe("an agent that was never seen", () => {
  test("has the initial score, the tier that goes with it, and leaves nothing behind", () => {
    const { reputation, events } = open();
    expect(reputation.score("bot", terms)).toBe(50);
    expect(reputation.tier("bot", terms)).toBe("baseline");
    expect(reputation.tier("bot", { ...terms, initial: 95 })).toBe("baseline");
    expect(reputation.tier("bot", { ...terms, initial: 30 })).toBe("restricted");
    expect(reputation.tier("bot", { ...terms, pin: "trusted" })).toBe("trusted");
    expect(reputation.standing("bot", terms)).toEqual({
      score: 50,
      tier: "baseline",
      pinned: false,
      enteredAt: null,
      losses: [],
    });
    expect(reputation.takeStandings()).toEqual([]);
    expect(events).toEqual([]);
  });
});

describe("conduct", () => {
  test("lowers the score at once, and tells it of this agent alone", () => {
    const { reputation, events } = open();
    reputation.observe("bot", call, START, terms);
    reputation.observe("bot", loop, START + 1, terms);
    expect(reputation.score("bot", terms)).toBe(40);
    expect(reputation.score("other", terms)).toBe(50);
    expect(events).toEqual([
      ["bot", { event: "trust.lost", reason: "loop", points: 10, score: 40 }, START + 1],
    ]);
    expect(reputation.standing("bot", terms)).toEqual({
      score: 40,
      tier: "baseline",
      pinned: false,
      enteredAt: START,
      losses: ["loop"],
    });
  });

  test("earns a point with the end of a good interval, silently, and an idle agent none", () => {
    const { reputation, events } = open();
    reputation.observe("busy", call, START, terms);
    reputation.observe("idle", { ...call, status: 500 }, START, terms);
    reputation.tick(START + MINUTE, () => terms);
    reputation.tick(START + 2 * MINUTE, () => terms);
    expect(reputation.score("busy", terms)).toBe(51);
    expect(reputation.score("idle", terms)).toBe(50);
    expect(events).toEqual([]);
  });

  test("moves nothing, and is not remembered, while trust is switched off", () => {
    const { reputation, events } = open();
    const off = { ...terms, enabled: false };
    reputation.observe("bot", loop, START, off);
    reputation.tick(START + MINUTE, () => off);
    expect(reputation.score("bot", off)).toBe(50);
    expect(reputation.tier("bot", { ...off, pin: "restricted" })).toBe("baseline");
    expect(reputation.standing("bot", { ...off, pin: "restricted" }).pinned).toBe(false);
    expect(reputation.takeStandings()).toEqual([]);
    expect(events).toEqual([]);
  });

  test("changes the tier that counts in the same moment", () => {
    const { reputation, events } = open();
    const low = { ...terms, initial: 45 };
    reputation.observe("bot", loop, START, low);
    expect(reputation.tier("bot", low)).toBe("restricted");
    expect(events.map(([, { event }]) => event)).toEqual(["trust.lost", "trust.changed"]);
  });

  test("is not needed for a pin: it counts at once, and is told with the next tick", () => {
    const { reputation, events } = open();
    const pinned: ReputationTerms = { ...terms, pin: "privileged" };
    reputation.observe("idle", call, START, terms);
    reputation.tick(START + MINUTE, () => terms);
    expect(reputation.tier("idle", pinned)).toBe("privileged");
    expect(reputation.standing("idle", pinned).pinned).toBe(true);
    expect(events).toEqual([]);
    reputation.tick(START + 2 * MINUTE, () => pinned);
    expect(events.map(([, event]) => event)).toEqual([
      { event: "trust.changed", from: "baseline", to: "privileged", reasons: ["pinned"], score: 51 },
    ]);
  });
});

describe("what is kept", () => {
  test("is what has changed, once; an idle interval is no change", () => {
    const { reputation } = open();
    reputation.observe("bot", call, START, terms);
    reputation.observe("other", call, START, terms);
    expect(reputation.takeStandings().map(([agent]) => agent)).toEqual(["bot", "other"]);
    expect(reputation.takeStandings()).toEqual([]);
    reputation.tick(START + MINUTE, () => terms);
    expect(reputation.takeStandings()).toHaveLength(2);
    reputation.tick(START + 2 * MINUTE, () => terms);
    reputation.tick(START + 2 * MINUTE + 1, () => terms);
    expect(reputation.takeStandings()).toEqual([]);
    reputation.observe("bot", call, START + 2 * MINUTE, terms);
    reputation.tick(START + 2 * MINUTE + 2, () => terms);
    expect(reputation.takeStandings().map(([agent]) => agent)).toEqual(["bot"]);
  });

  test("brings back a standing as it was, and conduct goes on from it", () => {
    const first = open();
    let now = START;
    const high = { ...terms, initial: 95 };
    while (now < START + PROMOTION.age) {
      first.reputation.observe("bot", call, now, high);
      now += MINUTE;
      first.reputation.tick(now, () => high);
    }
    expect(first.reputation.tier("bot", high)).toBe("trusted");
    const second = open(kept(first.reputation.takeStandings()));
    expect(second.reputation.standing("bot", high)).toEqual(first.reputation.standing("bot", high));
    for (const { reputation } of [first, second]) {
      reputation.observe("bot", { ...call, model: "never-used" }, now, high);
      reputation.tick(now + MINUTE, () => high);
    }
    expect(second.events).toEqual(first.events.slice(1));
    expect(kept(second.reputation.takeStandings())).toEqual(kept(first.reputation.takeStandings()));
  });

  test("makes a fresh agent where it is broken, and never throws", () => {
    const { reputation } = open();
    reputation.observe("bot", call, START, terms);
    reputation.observe("bot", loop, START, terms);
    const [[, whole] = []] = kept(reputation.takeStandings());
    const places = fc.constantFrom(...pathsOf(whole));
    const value = fc.oneof(
      fc.constantFrom<unknown>(
        null,
        -1,
        1.5,
        1e300,
        101,
        "",
        "x",
        true,
        [],
        {},
        ["loop", "loop"],
        ["no such loss"],
      ),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(places, value, (path, broken) => {
        const restored = open(new Map([["bot", replaceAt(whole, path, broken)]])).reputation;
        const score = restored.score("bot", terms);
        expect(Number.isInteger(score) && score >= 0 && score <= 100).toBe(true);
        expect(TIERS).toContain(restored.tier("bot", terms));
        restored.observe("bot", call, START + 1, terms);
        restored.tick(START + MINUTE, () => terms);
        expect(Number.isInteger(restored.score("bot", terms))).toBe(true);
        expect(() => JSON.stringify(restored.takeStandings())).not.toThrow();
      }),
    );
    for (const nothing of [null, undefined, 7, "trusted", [], {}, { score: 100, tier: "privileged" }]) {
      const { reputation, unreadable } = open(new Map([["whole", whole]]).set("bot", nothing));
      expect([reputation.score("bot", terms), unreadable]).toEqual([50, ["bot"]]);
    }
  });
});

test("no agent gains more than a point an interval, whatever it does", () => {
  const facts: fc.Arbitrary<Fact> = fc.oneof(
    fc.record({
      kind: fc.constant("call" as const),
      model: fc.option(fc.string({ maxLength: 200 })),
      owner: fc.option(fc.string({ maxLength: 10 })),
      status: fc.option(fc.constantFrom(200, 204, 400, 404, 429, 500)),
      costNano: fc.option(fc.integer({ min: 0, max: 1e15 })),
    }),
    fc.constantFrom<Fact>(loop, { kind: "refused_model" }),
  );
  const intervals = fc.array(fc.array(facts, { maxLength: 20 }), { maxLength: 30 });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 100 }), intervals, (initial, life) => {
      const { reputation } = open();
      const inForce = { ...terms, initial };
      for (const [index, acts] of life.entries()) {
        const now = START + index * MINUTE;
        for (const fact of acts) {
          const before = reputation.standing("bot", inForce);
          reputation.observe("bot", fact, now, inForce);
          const after = reputation.standing("bot", inForce);
          expect(after.score).toBeLessThanOrEqual(before.score);
          expect(TIERS.indexOf(after.tier)).toBeLessThanOrEqual(TIERS.indexOf(before.tier));
        }
        const before = reputation.score("bot", inForce);
        reputation.tick(now + MINUTE, () => inForce);
        expect(reputation.score("bot", inForce) - before).toBeLessThanOrEqual(1);
        // Ticking again earns nothing.
        const earned = reputation.score("bot", inForce);
        reputation.tick(now + MINUTE, () => inForce);
        expect(reputation.score("bot", inForce)).toBe(earned);
      }
      const restored = open(kept(reputation.takeStandings())).reputation;
      expect(restored.standing("bot", inForce)).toEqual(reputation.standing("bot", inForce));
    }),
    { numRuns: 50 },
  );
});

test("the terms are the file's, with the agent's own pin", () => {
  const settings = { enabled: true, interval: MINUTE, initial: 60, quarantine: true, raise: true };
  const whole = { enabled: true, interval: MINUTE, initial: 60, quarantine: true, pin: "trusted" as const };
  expect(trustTerms(settings, "trusted")).toEqual(whole);
});

test("the journal tells an event with all that belongs to it", () => {
  const lost: TrustEvent = { event: "trust.lost", reason: "loop", points: 10, score: 40 };
  expect(trustLine("bot", lost, START)).toEqual({
    type: "trust",
    event: "trust.lost",
    time: "2026-01-01T00:00:00.000Z",
    agent: "bot",
    detail: { reason: "loop", points: 10, score: 40 },
  });
});

/** The places of all members of a plain value. */
function pathsOf(value: unknown): string[][] {
  if (typeof value !== "object" || value === null) return [[]];
  return [[], ...Object.entries(value).flatMap(([name, one]) => pathsOf(one).map((path) => [name, ...path]))];
}

/** A plain value with another one at a place in it. */
function replaceAt(value: unknown, [name, ...rest]: readonly string[], other: unknown): unknown {
  if (name === undefined) return other;
  if (Array.isArray(value))
    return value.map((one, at) => (String(at) === name ? replaceAt(one, rest, other) : one));
  const members = Object.entries(Object(value));
  return Object.fromEntries(
    members.map(([key, one]) => [key, key === name ? replaceAt(one, rest, other) : one]),
  );
}
