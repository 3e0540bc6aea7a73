/** Circuit breakers through the whole gateway (SPEC 9). */
import { describe, expect, test } from "bun:test";
import { type DataPlane, json, manualStream } from "../support/data-plane.ts";
import {
  ask,
  askTimes,
  broken,
  chat,
  createValve,
  notesOf,
  openSick,
  outcomeOf,
  taken,
  turn,
  works,
} from "../support/governed.ts";

const SECOND = 1_000;
const BREAKER =
  "circuit_breaker: { error_threshold: 3, reset_timeout: 30s, half_open_requests: 2, window_ms: 60s }";
const CONFIG = `agents: { "*": { ${BREAKER} } }`;

const told = (plane: DataPlane) => notesOf(plane, "breaker");
const stateOf = ({ gateway }: DataPlane, agent: string) =>
  gateway.controls.breakers.states(agent).map(({ provider, state }) => `${provider} ${state}`);

describe("an agent's breaker with a provider", () => {
  test("opens at the threshold: then 503 with Retry-After at once, no upstream call, nothing taken, no error counted", async () => {
    const { plane } = openSick(`agents: { "*": { rate_limit: 10/hour, ${BREAKER} } }`);
    using _ = plane;
    expect(await askTimes(plane, "bot", 3)).toEqual([500, 500, 500]);
    plane.advance(5 * SECOND);
    const before = taken(plane);
    const refused = await plane.send("/agents/bot/openai", chat());
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "25"]);
    expect(refused.headers.has("x-should-retry")).toBe(false);
    expect(await refused.json()).toMatchObject({
      error: { message: expect.stringContaining("openai has been failing"), type: "server_error" },
      retry_after_seconds: 25,
    });
    expect(taken(plane)).toEqual(before);
    expect(plane.sent).toHaveLength(3);
    expect(plane.fleet.agents.get("bot")?.hour).toMatchObject({ calls: 3, errors: 3, blocked: 1 });
    expect(told(plane)).toEqual([
      { event: "breaker.opened", agent: "bot", scope: "agent", provider: "openai" },
    ]);
  });

  test("is that agent's with that provider, and nobody else's", async () => {
    const { plane, health } = openSick(CONFIG);
    using _ = plane;
    await askTimes(plane, "bot", 3);
    health.answer = works;
    expect(await ask(plane, "bot")).toBe("breaker_open");
    expect(await ask(plane, "other")).toBe(200);
    const mistral = await plane.send(
      "/agents/bot/mistral",
      chat("hi", {}, { model: "mistral-small-latest" }),
    );
    expect(outcomeOf(mistral)).toBe(200);
    expect([stateOf(plane, "bot"), stateOf(plane, "other")]).toEqual([["openai open"], []]);
  });

  test("looks at the last window only", async () => {
    const { plane } = openSick(CONFIG);
    using _ = plane;
    await askTimes(plane, "bot", 2);
    plane.advance(60 * SECOND);
    expect(await askTimes(plane, "bot", 2)).toEqual([500, 500]);
    expect(await ask(plane, "bot")).toBe(500);
    expect(await ask(plane, "bot")).toBe("breaker_open");
  });

  test("lets so many probes out after its rest, closes after as many successes, and starts anew then", async () => {
    const valve = createValve();
    const { plane, health } = openSick(CONFIG);
    using _ = plane;
    await askTimes(plane, "bot", 3);
    plane.advance(30 * SECOND);
    health.answer = valve.upstream;
    const probes = [plane.send("/agents/bot/openai", chat()), plane.send("/agents/bot/openai", chat())];
    await turn();
    expect(await ask(plane, "bot")).toBe("breaker_open");
    expect(valve.waiting).toHaveLength(2);
    valve.answer();
    valve.answer();
    expect((await Promise.all(probes)).map(outcomeOf)).toEqual([200, 200]);
    expect(told(plane).map(({ event }) => event)).toEqual([
      "breaker.opened",
      "breaker.half_opened",
      "breaker.closed",
    ]);
    health.answer = broken;
    expect(await askTimes(plane, "bot", 4)).toEqual([500, 500, 500, "breaker_open"]);
  });

  test("opens again at one failed probe, for a whole rest", async () => {
    const { plane } = openSick(CONFIG);
    using _ = plane;
    await askTimes(plane, "bot", 3);
    plane.advance(30 * SECOND);
    expect(await ask(plane, "bot")).toBe(500);
    plane.advance(29 * SECOND);
    expect(await ask(plane, "bot")).toBe("breaker_open");
    plane.advance(SECOND);
    expect(await ask(plane, "bot")).toBe(500);
    expect(plane.sent).toHaveLength(5);
  });

  test("owes the probe again whose client has left, and hears nothing of hang-ups", async () => {
    const valve = createValve();
    const { plane, health } = openSick(
      "agents: { '*': { circuit_breaker: { error_threshold: 3, half_open_requests: 1 } } }",
    );
    using _ = plane;
    health.answer = valve.upstream;
    for (let count = 0; count < 5; count++) await hangUp();
    expect(stateOf(plane, "bot")).toEqual([]);

    health.answer = broken;
    await askTimes(plane, "bot", 3);
    plane.advance(30 * SECOND);
    health.answer = valve.upstream;
    await hangUp(async () => expect(await ask(plane, "bot")).toBe("breaker_open"));
    health.answer = works;
    expect(await ask(plane, "bot")).toBe(200);
    expect(stateOf(plane, "bot")).toEqual(["openai closed"]);

    async function hangUp(meanwhile = async () => {}): Promise<void> {
      const client = new AbortController();
      const call = plane.send("/agents/bot/openai", { ...chat(), signal: client.signal });
      await turn();
      await meanwhile();
      client.abort();
      await call;
    }
  });

  test.each([400, 401, 404, 422, 429])("an answer of %i is no failure", async (status) => {
    const { plane, health } = openSick(CONFIG);
    using _ = plane;
    health.answer = () => json({ error: { message: "no" } }, { status });
    for (let count = 0; count < 6; count++) {
      expect(await ask(plane, "bot")).toBe(status);
      plane.advance(2 * SECOND);
    }
    expect(stateOf(plane, "bot")).toEqual([]);
  });

  test.each([
    [
      "no connection",
      () => Promise.reject(Object.assign(new Error("refused"), { code: "ECONNREFUSED" })),
      502,
    ],
    ["529", () => json({}, { status: 529 }), 529],
  ])("%s is one", async (_name, answer, status) => {
    const { plane, health } = openSick(CONFIG);
    using _ = plane;
    health.answer = answer;
    for (let count = 0; count < 3; count++)
      expect((await plane.send("/agents/bot/openai", chat())).status).toBe(status);
    expect(await ask(plane, "bot")).toBe("breaker_open");
  });

  test("a stream counts as a success at its first byte, and as a failure when it dies after it", async () => {
    const { plane, health } = openSick(CONFIG);
    using _ = plane;
    for (let count = 0; count < 3; count++) {
      const stream = manualStream();
      health.answer = () => stream.response;
      const answer = await plane.send("/agents/bot/openai", chat("hi", {}, { stream: true }));
      const text = answer.text();
      stream.push('data: {"choices":[{"index":0,"delta":{"content":"hel"}}]}\n\n');
      await turn();
      stream.break();
      expect(await text).toContain("hel");
    }
    expect(stateOf(plane, "bot")).toEqual(["openai open"]);
    expect(plane.calls().map(({ ending }) => ending)).toEqual(["failed", "failed", "failed"]);
  });

  test("a stream's first byte is a probe's success, long before its end", async () => {
    const { plane, health } = openSick(
      "agents: { '*': { circuit_breaker: { error_threshold: 1, half_open_requests: 1 } } }",
    );
    using _ = plane;
    await ask(plane, "bot");
    plane.advance(30 * SECOND);
    const stream = manualStream();
    health.answer = () => stream.response;
    const answer = await plane.send("/agents/bot/openai", chat("hi", {}, { stream: true }));
    const text = answer.text();
    expect(stateOf(plane, "bot")).toEqual(["openai half_open"]);
    stream.push('data: {"choices":[{"index":0,"delta":{"content":"hel"}}]}\n\n');
    await turn();
    expect(stateOf(plane, "bot")).toEqual(["openai closed"]);
    stream.push("data: [DONE]\n\n");
    stream.end();
    await text;
    expect([plane.store.holds.size, plane.gateway.inFlight]).toEqual([0, 0]);
  });
});
