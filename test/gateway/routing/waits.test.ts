/** Between two attempts of one call: who may end it, and what the second is asked that the first was not (SPEC 6.2, 12.5). */
import { describe, expect, test } from "bun:test";
import { type DataPlane, openDataPlane } from "../../support/data-plane.ts";
import { taken } from "../../support/governed.ts";
import {
  attempts,
  busy,
  CHAT,
  call,
  FALLBACK,
  hostOf,
  openai,
  outcome,
  PROVIDERS,
  turn,
  withSettings,
} from "./routing-support.ts";

const RETRIES = `${PROVIDERS}gateway: { retries: 2 }`;

function nothingTaken(plane: DataPlane): void {
  const { agents, held, holds, inFlight, slots } = taken(plane);
  expect(agents.map((agent) => [agent.inFlight, agent.held])).toEqual([[0, [0, 0]]]);
  expect({ held, holds, inFlight, slots }).toEqual({ held: 0, holds: 0, inFlight: 0, slots: [] });
}

describe("while a call waits for its next attempt", () => {
  test("whoever pauses the agent with kill ends it at once", async () => {
    using plane = openDataPlane({ config: RETRIES, upstream: openai(() => busy({ "retry-after": "9" })) });
    const answer = call(plane);
    await turn();
    plane.gateway.kill("bot");
    expect((await answer).status).toBe(503);
    expect(plane.sent).toHaveLength(1);
    nothingTaken(plane);
  });

  test("a shutdown ends the wait, also one that began before it", async () => {
    let free = (): void => undefined;
    const upstream = openai(
      () =>
        new Promise((resolve) => {
          free = () => resolve(busy({ "retry-after": "9" }));
        }),
    );
    using plane = openDataPlane({ config: RETRIES, upstream });
    const answer = call(plane);
    await turn();
    const drained = plane.gateway.drain(new Promise(() => undefined));
    free();
    expect((await answer).status).toBe(503);
    await drained;
    nothingTaken(plane);
  });

  test("the deadline of the answer that it has had does not pass", async () => {
    const config = RETRIES.replace("retries: 2", "retries: 1, answer_timeout: 2s");
    const upstream = openai((attempt) =>
      attempt === 1 ? busy({ "retry-after": "9" }) : Response.json(CHAT),
    );
    using plane = openDataPlane({ config, upstream });
    const answer = call(plane);
    await turn();
    plane.advance(9_000);
    plane.tick();
    expect((await answer).status).toBe(200);
    nothingTaken(plane);
  });
});

describe("what was asked of the first attempt is not asked of the next", () => {
  test.each([
    [
      "a place in a throttle",
      "policies: [{ name: slow, condition: 'true', action: throttle, params: { rate: 1/min, min_calls: 0 } }]",
    ],
    ["not to repeat what was said", "loops: { window: 20, threshold: 2, action: pause }"],
  ])("%s", async (_what, rules) => {
    using plane = openDataPlane({ config: `${FALLBACK}\n${rules}`, upstream: openai(() => busy()) });
    expect(outcome(await call(plane))).toBe(200);
    expect(plane.sent.map(hostOf)).toEqual(["api.openai.com", "api.anthropic.com"]);
    nothingTaken(plane);
  });
});

describe("a stand-in for a target whose breaker is open", () => {
  const OPEN = withSettings(FALLBACK, "circuit_breaker: { error_threshold: 1 }");

  async function openBreaker(plane: DataPlane): Promise<void> {
    await call(plane);
    expect(attempts(plane)).toHaveLength(1);
  }

  test("that is too dear leaves the agent active", async () => {
    const dear = OPEN.replace("anthropic/claude-haiku-4-5", "anthropic/claude-opus-4-1");
    using plane = openDataPlane({ config: dear, upstream: openai(() => busy()) });
    await openBreaker(plane);
    plane.configure(withSettings(dear, "budget: { max_cost_total: 0.001 }"));
    expect(outcome(await call(plane, { max_tokens: 10 }))).toBe("breaker_open");
    expect(plane.gateway.controls.pauses.find("bot")).toBeNull();
  });

  test("that the agent may not use costs it no trust", async () => {
    using plane = openDataPlane({ config: OPEN, upstream: openai(() => busy()) });
    await openBreaker(plane);
    plane.configure(withSettings(OPEN, 'models: { deny: ["claude-*"] }'));
    expect(outcome(await call(plane))).toBe("breaker_open");
    expect(plane.lines.filter(({ type }) => type === "trust")).toEqual([]);
    expect(plane.lines.at(-1)).toMatchObject({ type: "blocked", provider: "openai" });
  });
});
