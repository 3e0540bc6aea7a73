import { describe, expect, test } from "bun:test";
import { createTrust, PROMOTION, type TrustTerms, tick, tierInForce } from "../../server/core/trust.ts";
import { follow, MINUTE, START, terms } from "../support/trust.ts";

describe("the score", () => {
  test("rises by one for an interval that is active, clean and ordinary, without an event", () => {
    const agent = follow().passes(3, 1);
    expect(agent.state.score).toBe(53);
    expect(agent.events).toEqual([]);
  });

  test("stays for an idle interval, and for one in which no call succeeded", () => {
    expect(follow().passes(3).state.score).toBe(50);
    expect(follow().sees({ status: 500 }).sees({ status: null }).passes().state.score).toBe(50);
  });

  test("stays for an interval in which half of the calls were the agent's own errors", () => {
    expect(follow().sees({}).sees({ status: 400 }).passes().state.score).toBe(50);
    expect(follow().sees({}, 2).sees({ status: 400 }).passes().state.score).toBe(51);
  });

  test("loses at once, says so, and gains nothing in that interval", () => {
    const agent = follow().sees({}).sees({ kind: "loop" });
    expect(agent.events).toEqual([{ event: "trust.lost", reason: "loop", points: 10, score: 40 }]);
    expect(agent.passes().state.score).toBe(40);
  });

  test("loses for one kind of anomaly once per interval", () => {
    const agent = follow(90).sees({ kind: "refused_model" }, 5);
    expect(agent.state.score).toBe(85);
    agent.passes().sees({ kind: "refused_model" }, 5);
    expect(agent.lost).toEqual(["refused_model", "refused_model"]);
  });

  test("moves by no tick that comes early, so that ticking often earns nothing", () => {
    const agent = follow().sees({});
    const early = tick(agent.state, agent.now + MINUTE / 2 - 1, terms);
    expect(early.state).toBe(agent.state);
  });

  test("gains nothing for an interval that was not watched whole, nor when the clock was set back", () => {
    const { state } = follow().sees({});
    expect(tick(state, START + 3 * MINUTE, terms).state.score).toBe(50);
    const back = tick(state, START - 5 * MINUTE, terms).state;
    expect(back.score).toBe(50);
    expect(back.conduct.interval.since).toBe(START - 5 * MINUTE);
  });

  test("does not move while trust is switched off", () => {
    const agent = follow(50, { ...terms, enabled: false })
      .sees({ kind: "loop" })
      .passes(3, 5);
    expect(agent.state.score).toBe(50);
    expect(agent.events).toEqual([]);
  });
});

describe("a tier", () => {
  test("falls at once, with the losses that led to it as its reasons", () => {
    const agent = follow(50).sees({ kind: "refused_model" }).passes().sees({ kind: "loop" });
    expect(agent.events.at(-1)).toEqual({
      event: "trust.changed",
      from: "baseline",
      to: "restricted",
      reasons: ["refused_model", "loop"],
      score: 35,
    });
    expect(agent.state.losses).toEqual([]);
  });

  test("starts no higher than baseline, whatever the initial score", () => {
    expect(createTrust(95, terms, START).tier).toBe("baseline");
    expect(createTrust(30, terms, START).tier).toBe("restricted");
  });

  test("rises for good conduct after 100 calls and 24 hours in the one before, one at a time", () => {
    const agent = follow(95).passes(PROMOTION.age / MINUTE - 1, 1);
    expect(agent.state.tier).toBe("baseline");
    agent.passes(1, 1);
    expect(agent.events).toEqual([
      { event: "trust.changed", from: "baseline", to: "trusted", reasons: ["conduct"], score: 100 },
    ]);
    agent.passes(PROMOTION.age / MINUTE - 1, 1);
    expect(agent.state.tier).toBe("trusted");
    expect(agent.passes(1, 1).state.tier).toBe("privileged");
  });

  test("does not rise without the calls, however old the agent is", () => {
    const agent = follow(95)
      .passes(PROMOTION.calls - 1, 1)
      .passes(2 * (PROMOTION.age / MINUTE));
    expect(agent.state.tier).toBe("baseline");
    expect(agent.passes(1, 1).state.tier).toBe("trusted");
  });

  test("rises again only after as many calls more", () => {
    const agent = follow(95)
      .passes(PROMOTION.age / MINUTE, 1)
      .passes(PROMOTION.age / MINUTE);
    expect(agent.passes(PROMOTION.calls - 1, 1).state.tier).toBe("trusted");
    expect(agent.passes(1, 1).state.tier).toBe("privileged");
  });

  test("is quarantine only where that is switched on, and follows the switch", () => {
    const agent = follow(25, { ...terms, quarantine: true }).sees({ kind: "loop" });
    expect(agent.state.tier).toBe("quarantined");
    agent.terms = terms;
    expect(tierInForce(agent.state, agent.terms)).toBe("restricted");
    agent.passes();
    expect(agent.events.at(-1)).toMatchObject({
      from: "quarantined",
      to: "restricted",
      reasons: ["settings"],
    });
    agent.terms = { ...terms, quarantine: true };
    expect(agent.passes().state.tier).toBe("quarantined");
  });

  test("is the pinned one at once, however low the score falls beneath it", () => {
    const pinned: TrustTerms = { ...terms, pin: "privileged" };
    const agent = follow(50);
    agent.terms = pinned;
    expect(tierInForce(agent.state, pinned)).toBe("privileged");
    agent.passes().sees({ kind: "loop" }).passes().sees({ kind: "loop" });
    expect(agent.state).toMatchObject({ tier: "privileged", score: 30 });
    expect(agent.events.filter((event) => event.event === "trust.changed")).toMatchObject([
      { to: "privileged", reasons: ["pinned"] },
    ]);
    agent.terms = terms;
    expect(agent.passes().state.tier).toBe("restricted");
  });

  test("is baseline for everyone while trust is switched off", () => {
    const off: TrustTerms = { ...terms, enabled: false, pin: "restricted" };
    expect(tierInForce(createTrust(10, terms, START), off)).toBe("baseline");
  });
});
