/** The order of the gates (SPEC 6.1): whoever has several things against it is told the first, and nothing is taken. */
import { expect, test } from "bun:test";
import { json, openDataPlane } from "../support/data-plane.ts";
import { ask, chat, createValve, outcomeOf, taken, turn } from "../support/governed.ts";

/** What a call is refused for, in the order in which it is found out, once everything speaks against it. */
const REASONS = [
  "unknown_agent",
  "agent_deactivated",
  "outside_allowed_hours",
  "trust_quarantined",
  "model_not_allowed",
  "provider_deactivated",
  "policy_denied",
  "loop_detected",
  "rate_limited",
  "unpriced_model",
  "quota_exceeded",
  "request_cap_exceeded",
  "breaker_open",
] as const;

type Wrong = (typeof REASONS)[number];

const MODEL = "house-model";
const NOON = Date.UTC(2026, 0, 15, 12);

/** Under which a sixth call of the hour is refused for these reasons, once five equal ones have failed at noon. */
function configWith(wrong: ReadonlySet<Wrong>): string {
  const has = (reason: Wrong) => wrong.has(reason);
  return JSON.stringify({
    identity: { mode: has("unknown_agent") ? "known" : "open" },
    providers: { openai: { enabled: !has("provider_deactivated"), max_concurrency: 1 } },
    trust: { quarantine: true },
    loops: { window: 5, threshold: 3, action: has("loop_detected") ? "pause" : "alert" },
    pricing: { models: has("unpriced_model") ? {} : { [MODEL]: { input: 1, output: 1 } } },
    policies: has("policy_denied") ? [{ name: "no", condition: "agent_id == 'bot'", action: "deny" }] : [],
    agents: {
      "*": {
        budget: { max_cost_per_request: has("request_cap_exceeded") ? 0.000_001 : 10 },
        rate_limit: { max_requests: has("rate_limited") ? 5 : 6, window_seconds: 3_600 },
        quota: { requests_per_hour: has("quota_exceeded") ? 5 : 6 },
        models: { deny: has("model_not_allowed") ? ["house-*"] : [] },
        allowed_hours: has("outside_allowed_hours") ? { start: 13, end: 14 } : { start: 0, end: 24 },
        trust: { pin: has("trust_quarantined") ? "quarantined" : "baseline" },
      },
    },
  });
}

test("every gate comes before all those behind it, refuses by itself, and none of them takes anything", async () => {
  const valve = createValve();
  using plane = openDataPlane({
    config: configWith(new Set()),
    upstream: (request) =>
      request.headers.has("x-hang") ? valve.upstream(request) : json({}, { status: 500 }),
  });
  const { controls } = plane.gateway;
  const call = (headers: Record<string, string> = {}) => chat("same", headers, { model: MODEL });
  for (let count = 0; count < 5; count++) expect(await ask(plane, "bot", call())).toBe(500);
  const other = plane.send("/agents/other/openai", call({ "x-hang": "1" }));
  await turn();
  const since = NOON;
  controls.pause({ agent: "bot", since, until: null, cause: { by: "person", note: "look" } }, since);

  const before = taken(plane);
  const wrong = new Set(REASONS);
  const told = [];
  for (const reason of REASONS) {
    plane.configure(configWith(wrong));
    told.push(outcomeOf(await plane.send("/agents/bot/openai", call())));
    expect(taken(plane)).toEqual(before);
    wrong.delete(reason);
    if (reason === "agent_deactivated") controls.resume("bot", "gateway", since);
    if (reason === "loop_detected") controls.resume("bot", "person", since);
  }
  expect(told).toEqual([...REASONS]);
  expect(plane.sent).toHaveLength(6);

  // What is left: the last place of every limit and the breaker's probe, but no slot.
  plane.configure(configWith(wrong));
  plane.advance(30_000);
  const waiting = plane.send("/agents/bot/openai", call({ "x-hang": "1" }));
  await turn();
  expect(taken(plane)).toEqual(before);
  expect(controls.lanes.occupancy().get("openai")?.waiting.normal).toBe(1);
  valve.answer();
  expect((await other).status).toBe(200);
  await turn();
  valve.answer();
  expect((await waiting).status).toBe(200);
  expect(controls.breakers.states("bot")).toEqual([{ provider: "openai", state: "half_open" }]);
  expect(await ask(plane, "bot", call())).toBe("rate_limited");
  expect([plane.store.holds.size, plane.fleet.gateway.money.held]).toEqual([0, 0]);
});
