/** What all agents share of an upstream (SPEC 9): the breaker of its origin, and keys that rest after a 429. */
import { describe, expect, test } from "bun:test";
import { type DataPlane, json } from "../support/data-plane.ts";
import {
  ask,
  askTimes,
  broken,
  chat,
  notesOf,
  openSick,
  outcomeOf,
  taken,
  works,
} from "../support/governed.ts";

const SECOND = 1_000;
const told = (plane: DataPlane) => notesOf(plane, "breaker");

describe("an upstream's breaker", () => {
  const PATIENT = 'agents: { "*": { circuit_breaker: { error_threshold: 1000 } } }';

  test("opens for everybody at 20 calls of which half failed, from two agents, and probes let it close", async () => {
    const { plane, health } = openSick(PATIENT);
    using _ = plane;
    for (let round = 0; round < 5; round++) {
      health.answer = works;
      expect([await ask(plane, "a"), await ask(plane, "b")]).toEqual([200, 200]);
      health.answer = broken;
      expect(await ask(plane, "a")).toBe(500);
      if (round < 4) expect(await ask(plane, "b")).toBe(500);
    }
    expect(told(plane)).toEqual([]);
    expect(await ask(plane, "b")).toBe(500);
    expect([await ask(plane, "a"), await ask(plane, "newcomer")]).toEqual(["breaker_open", "breaker_open"]);
    const origin = "https://api.openai.com";
    expect(told(plane)).toEqual([{ event: "breaker.opened", scope: "origin", provider: "openai", origin }]);

    plane.advance(30 * SECOND);
    health.answer = works;
    expect(await askTimes(plane, "newcomer", 3)).toEqual([200, 200, 200]);
    expect(told(plane).map(({ event }) => event)).toEqual([
      "breaker.opened",
      "breaker.half_opened",
      "breaker.closed",
    ]);
  });

  test("stays closed whatever one agent sends while another one works", async () => {
    const { plane, health } = openSick(PATIENT);
    using _ = plane;
    health.answer = works;
    expect(await ask(plane, "good")).toBe(200);
    health.answer = broken;
    expect(new Set(await askTimes(plane, "bad", 60))).toEqual(new Set([500]));
    health.answer = works;
    expect(await ask(plane, "good")).toBe(200);
    expect(told(plane)).toEqual([]);
  });

  test("is not the one of another host", async () => {
    const { plane, health } = openSick(
      `${PATIENT}\nproviders: { house: { protocol: openai, base_url: "https://house.test/v1" } }`,
    );
    using _ = plane;
    for (let count = 0; count < 10; count++)
      expect([await ask(plane, "a"), await ask(plane, "b")]).toEqual([500, 500]);
    expect(await ask(plane, "a")).toBe("breaker_open");
    health.answer = works;
    expect(outcomeOf(await plane.send("/agents/a/house", chat()))).toBe(200);
  });
});

describe("a 429", () => {
  test("cools the key that it came for, for every agent that uses it, and no other key", async () => {
    const config =
      "providers: { openai: { api_key: sk-shared } }\nagents: { rich: { provider: openai, api_key: sk-rich } }";
    const { plane, health } = openSick(config);
    using _ = plane;
    health.answer = () =>
      json({ error: { message: "slow down" } }, { status: 429, headers: { "retry-after": "20" } });
    expect(await ask(plane, "a")).toBe(429);
    health.answer = works;
    const before = taken(plane);
    const refused = await plane.send("/agents/b/openai", chat());
    expect([outcomeOf(refused), refused.headers.get("retry-after")]).toEqual(["rate_limited", "20"]);
    expect(taken(plane)).toMatchObject({ held: before.held, holds: before.holds, inFlight: 0 });
    expect(await ask(plane, "rich")).toBe(200);
    plane.advance(20 * SECOND);
    expect([await ask(plane, "a"), await ask(plane, "b")]).toEqual([200, 200]);
    expect(JSON.stringify(plane.lines)).not.toContain("sk-");
  });

  test("for a client's own key keeps nobody else from the provider", async () => {
    const { plane, health } = openSick("{}");
    using _ = plane;
    const own = (key: string) => chat("hi", { authorization: `Bearer ${key}` });
    health.answer = () => json({}, { status: 429 });
    expect(await ask(plane, "a", own("sk-a"))).toBe(429);
    health.answer = works;
    expect(await ask(plane, "a", own("sk-a"))).toBe("rate_limited");
    expect([await ask(plane, "b", own("sk-b")), await ask(plane, "a")]).toEqual([200, 200]);
  });
});
