/** What becomes of calls that find no connection: nothing was sent, nothing is charged (SPEC 7.3, 9, 12.5). */
import { describe, expect, test } from "bun:test";
import { type DataPlane, type DataPlaneOptions, openDataPlane } from "../support/data-plane.ts";
import { chat, createValve, outcomeOf, turn } from "../support/governed.ts";
import { call, FALLBACK, hostOf, openai, silence, withSettings } from "./routing/routing-support.ts";

const SECOND = 1_000;
const CAPPED = "agents: { bot: { budget: { max_cost_total: 10 } } }";

/** Lets so many seconds pass, one by one. */
async function pass(plane: DataPlane, seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    await turn();
    plane.advance(SECOND);
    plane.tick();
  }
  await turn();
}

/** A data plane that finds no connection to any host, and how often that was found out. */
function openSilent(options: Partial<DataPlaneOptions> = {}) {
  const places: string[] = [];
  const plane = openDataPlane({
    upstream: silence,
    ...options,
    isUnconnected: async (host, port) => {
      places.push(`${host} ${port}`);
      return true;
    },
  });
  return { plane, places };
}

const failingWith = (code: string) => () => {
  throw Object.assign(new Error("broken"), { code });
};

function nothingTaken(plane: DataPlane): void {
  expect(plane.fleet.agents.get("bot")).toMatchObject({ inFlight: 0, money: { held: 0 } });
  expect(plane.fleet.agents.get("bot")?.total.costNano).toBe(0);
  expect([plane.store.holds.size, plane.gateway.inFlight]).toEqual([0, 0]);
}

describe("a host that takes no connection", () => {
  test("costs nothing, and the caller hears of it after ten seconds", async () => {
    const { plane, places } = openSilent({ config: CAPPED });
    using _ = plane;
    for (const stream of [false, true]) {
      const answer = call(plane, { stream });
      await pass(plane, 9);
      expect(plane.gateway.inFlight).toBe(1);
      await pass(plane, 1);
      const refused = await answer;
      expect([refused.status, outcomeOf(refused)]).toEqual([502, "upstream_unreachable"]);
    }
    expect(places).toEqual(["api.openai.com 443", "api.openai.com 443"]);
    expect(plane.calls()).toMatchObject([
      { ending: "failed", status: 502, error: "connect_timeout", cost_nano: 0 },
      { ending: "failed", status: 502, error: "connect_timeout", cost_nano: 0 },
    ]);
    expect(plane.calls()[0]?.tokens_in).toBeUndefined();
    nothingTaken(plane);
  });

  test("opens the breaker", async () => {
    const { plane } = openSilent({ config: "agents: { bot: { circuit_breaker: { error_threshold: 2 } } }" });
    using _ = plane;
    const answers = [call(plane), call(plane)];
    await pass(plane, 10);
    expect((await Promise.all(answers)).map(outcomeOf)).toEqual([
      "upstream_unreachable",
      "upstream_unreachable",
    ]);
    expect(outcomeOf(await call(plane))).toBe("breaker_open");
  });

  test("leaves the call to the fallback at once, and to a repetition before that", async () => {
    for (const { config, sent } of [
      { config: FALLBACK, sent: ["api.openai.com", "api.anthropic.com"] },
      {
        config: withSettings(FALLBACK, "retries: 1"),
        sent: ["api.openai.com", "api.openai.com", "api.anthropic.com"],
      },
    ]) {
      const { plane } = openSilent({ config });
      using _ = plane;
      const answer = call(plane);
      await pass(plane, (sent.length - 1) * 11);
      expect((await answer).status).toBe(200);
      expect(plane.sent.map(hostOf)).toEqual(sent);
      const failed = { event: "attempt.failed", detail: { error: "connect_timeout", cost_nano: 0 } };
      expect(plane.lines.filter(({ type }) => type === "attempt")).toMatchObject(
        Array.from({ length: sent.length - 1 }, () => failed),
      );
      expect([plane.store.holds.size, plane.gateway.inFlight]).toEqual([0, 0]);
    }
  });

  test("changes nothing for a client that has left, or an agent that was ended, before", async () => {
    const { plane } = openSilent({ config: CAPPED });
    using _ = plane;
    const client = new AbortController();
    const left = call(plane, {}, { signal: client.signal });
    const killed = call(plane);
    await pass(plane, 3);
    client.abort();
    plane.gateway.kill("bot");
    await Promise.all([left, killed]);
    await pass(plane, 10);
    expect(plane.calls().map(({ ending }) => ending)).toEqual(["gone", "cut"]);
    for (const { cost_nano } of plane.calls()) expect(cost_nano).toBeGreaterThan(0);
  });
});

describe("a host that takes connections", () => {
  test("may think as long as it is given", async () => {
    const valve = createValve();
    using plane = openDataPlane({ config: CAPPED, upstream: valve.upstream });
    const answer = plane.send("/agents/bot/openai", chat());
    await pass(plane, 60);
    valve.answer();
    expect((await answer).status).toBe(200);
    expect(plane.calls()).toMatchObject([{ ending: "complete", cost_nano: 450_000 }]);
  });

  test("is charged for an answer that never came, even if it takes none by then", async () => {
    let isUnconnected = false;
    using plane = openDataPlane({
      config: CAPPED,
      upstream: silence,
      isUnconnected: async () => isUnconnected,
    });
    const answer = call(plane);
    await pass(plane, 11);
    isUnconnected = true;
    await pass(plane, 590);
    expect(outcomeOf(await answer)).toBe("upstream_timeout");
    expect(plane.calls()[0]?.cost_nano).toBeGreaterThan(0);
  });
});

describe("a failed connection", () => {
  test("was never sent where its codes say so, TLS's among them", async () => {
    for (const code of ["EPROTO", "ERR_SSL_WRONG_VERSION_NUMBER", "ConnectionRefused"]) {
      using plane = openDataPlane({ config: CAPPED, upstream: openai(failingWith(code)) });
      const refused = await call(plane);
      expect([refused.status, outcomeOf(refused)]).toEqual([502, "upstream_unreachable"]);
      expect(plane.calls()).toMatchObject([{ error: code, cost_nano: 0 }]);
      nothingTaken(plane);
    }
  });

  test("by a code that says nothing of it was sent, and nobody is asked", async () => {
    for (const code of ["ECONNRESET", "ETIMEDOUT"]) {
      const { plane, places } = openSilent({ config: CAPPED, upstream: failingWith(code) });
      using _ = plane;
      expect(outcomeOf(await call(plane))).toBe("upstream_broken");
      expect(plane.calls()[0]?.cost_nano).toBeGreaterThan(0);
      expect(places).toEqual([]);
    }
  });
});
