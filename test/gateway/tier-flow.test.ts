/** Tiers of trust through the whole gateway (SPEC 11): pinned by a person, and quarantine. */
import { describe, expect, test } from "bun:test";
import { ask, chat, outcomeOf } from "../support/governed.ts";
import { configOf, misbehave, open, passing, told, trustOf } from "./trust-support.ts";

const MINUTE = 60_000;
const NOON = Date.UTC(2026, 0, 15, 12);

describe("a tier that a person pins", () => {
  const LIMIT = { rate_limit: "10/hour" };

  test.each([
    ["restricted", {}, false, 5],
    ["trusted", {}, true, 10],
    ["trusted", { raise: true }, false, 10],
    ["trusted", { raise: true }, true, 15],
    ["privileged", { raise: true }, true, 20],
  ])("%s with %j and a key: %p lets %i calls through", async (pin, trust, hasKey, calls) => {
    using plane = open(configOf({ ...LIMIT, trust: { pin } }, { trust }));
    const { secret } = plane.keys.create({ agent: "bot", name: null, expires: null }, NOON);
    expect(await passing(plane, "bot", hasKey ? { "x-tollgate-key": secret } : {})).toEqual([
      calls,
      "rate_limited",
    ]);
  });

  test("counts at once, whatever the score does beneath, and no longer than it is pinned", async () => {
    using plane = open(configOf({ ...LIMIT, trust: { pin: "baseline" } }));
    await misbehave(plane, "bot");
    expect(await ask(plane, "bot", chat("c"))).toBe(200);
    expect(trustOf(plane)).toEqual([50, 50, 35]);
    expect(told(plane).map(({ event }) => event)).toEqual(["trust.lost", "trust.lost"]);
    plane.configure(configOf(LIMIT));
    plane.advance(MINUTE);
    plane.tick();
    expect(told(plane).at(-1)).toMatchObject({ event: "trust.changed", to: "restricted" });
    expect(await passing(plane, "bot")).toEqual([5, "rate_limited"]);
  });
});

describe("quarantine", () => {
  test("is a closed door only where the operator has chosen it, and a pin opens it", async () => {
    const config = (trust: object, agent: object = {}) =>
      configOf(agent, { trust: { initial: 30, ...trust } });
    using plane = open(config({}));
    await misbehave(plane, "bot");
    expect(await ask(plane, "bot", chat("c"))).toBe(200);
    plane.configure(config({ quarantine: true }));
    plane.advance(MINUTE);
    plane.tick();
    const sent = plane.sent.length;
    const refused = await plane.send("/agents/bot/openai", chat("d", { "x-tollgate-on-block": "error" }));
    expect([refused.status, outcomeOf(refused)]).toEqual([403, "trust_quarantined"]);
    expect(plane.sent).toHaveLength(sent);
    expect(await ask(plane, "other")).toBe(200);
    plane.configure(config({ quarantine: true }, { trust: { pin: "restricted" } }));
    expect(await ask(plane, "bot", chat("e"))).toBe(200);
  });
});
