import { describe, expect, test } from "bun:test";
import { createSetup } from "../../server/gateway/setup.ts";
import type { AgentTerms } from "../../server/gateway/terms.ts";
import { settingsOf } from "../support/data-plane.ts";

const USD = 1_000_000_000;

/** What holds for an agent under this file. */
function terms(file: string, name = "a"): AgentTerms {
  return createSetup(settingsOf(file, "/srv/tollgate")).agent(name);
}

describe("an agent's own value wins over the template's, value by value", () => {
  const file = `
agents:
  "*":
    owner: everyone
    tags: [t]
    budget: { max_cost_per_day: 20, max_cost_total: 500, hold: worst_case }
    quota: { requests_per_hour: 10, max_output_tokens: 100 }
    circuit_breaker: { error_threshold: 9, window_ms: 5s }
    models: { allow: ["gpt-*"], deny: ["*-pro"] }
    trust: { pin: restricted }
    priority: low
  a:
    owner: team
    budget: { max_cost_per_day: 40, max_cost_per_hour: 5 }
    quota: { max_output_tokens: 50 }
    circuit_breaker: { error_threshold: 2 }
    models: { allow: [] }
  b: {}
`;

  test("and what it leaves out shows through", () => {
    expect(terms(file)).toMatchObject({
      owner: "team",
      tags: ["t"],
      budget: {
        max_cost_per_hour: 5 * USD,
        max_cost_per_day: 40 * USD,
        max_cost_total: 500 * USD,
        hold: "worst_case",
      },
      caps: { hour: 5 * USD, day: 40 * USD, total: 500 * USD },
      quota: { requests_per_hour: 10, max_output_tokens: 50 },
      circuit_breaker: { error_threshold: 2, reset_timeout: 30_000, half_open_requests: 3, window_ms: 5_000 },
      models: { allow: [], deny: ["*-pro"] },
      trust: { pin: "restricted" },
      priority: "low",
    });
  });

  test("and who says nothing has the template's terms, as has who is not named", () => {
    const { windows: _, ...named } = terms(file, "b");
    const { windows: __, ...unnamed } = terms(file, "never-seen");
    expect(named).toEqual(unnamed);
    expect(named).toMatchObject({ owner: "everyone", budget: { max_cost_per_day: 20 * USD } });
  });
});

test("without a file nothing is limited", () => {
  expect(terms("")).toMatchObject({
    caps: { hour: null, day: null, total: null },
    budget: { max_cost_per_request: null, hold: "slices" },
    quota: { requests_per_hour: null, tokens_per_day: null, max_input_tokens: null },
    buckets: [],
    allowed_hours: null,
    blocked_response: "reply",
    loops: { window: 20, threshold: 10, action: "alert" },
  });
  expect(terms("").windows("openai")).toEqual([]);
});

test("unlimited lifts the template's limit and leaves none", () => {
  const { caps, quota, buckets } = terms(`
agents:
  "*": { budget: { max_cost_per_day: 1, max_cost_total: 2 }, quota: { requests_per_day: 3 }, rate_limit: 5/s }
  a: { budget: { max_cost_per_day: unlimited }, quota: { requests_per_day: unlimited }, rate_limit: unlimited }
`);
  expect(caps).toEqual({ hour: null, day: null, total: 2 * USD });
  expect(quota.requests_per_day).toBeNull();
  expect(buckets).toEqual([]);
});

describe("rates", () => {
  const file = `
agents:
  "*":
    rate_limit: [10/s, { max_requests: 5, window_seconds: 2 }]
    provider_rate_limits: { openai: { max_requests: 1, window_seconds: 60 } }
  a: { provider_rate_limits: { google: { max_requests: 2, window_seconds: 60 } } }
  b: { rate_limit: 7/min }
  c: { rate_limit: [] }
`;

  test("are buckets of the agent, and windows for each provider", () => {
    const agent = terms(file);
    const everywhere = { max: 5, window: 2_000 };
    expect(agent.buckets).toEqual([{ count: 10, per: 1_000 }]);
    expect(agent.windows("openai")).toEqual([everywhere, { max: 1, window: 60_000 }]);
    expect(agent.windows("google")).toEqual([everywhere, { max: 2, window: 60_000 }]);
    expect(agent.windows("mistral")).toEqual([everywhere]);
    expect(agent.windows("mistral")).toBe(agent.windows("cohere"));
  });

  test("of an agent replace the template's as a whole, those by provider one by one", () => {
    expect(terms(file, "b").buckets).toEqual([{ count: 7, per: 60_000 }]);
    expect(terms(file, "b").windows("openai")).toEqual([{ max: 1, window: 60_000 }]);
    expect(terms(file, "c").buckets).toEqual([]);
  });
});

test("answers and loops fall back to the template's, then to the file's", () => {
  const file = `
gateway: { blocked_response: error }
loops: { window: 30, threshold: 20, action: pause }
agents: { "*": { loops: { threshold: 15 } }, a: { loops: { action: off } }, b: { blocked_response: reply } }
`;
  expect(terms(file)).toMatchObject({
    blocked_response: "error",
    loops: { window: 30, threshold: 15, action: "off" },
  });
  expect(terms(file, "b").blocked_response).toBe("reply");
});

test("the template's key does not follow an agent to another provider", () => {
  const file = `
agents:
  "*": { provider: openai, api_key: k1 }
  a: { provider: anthropic }
  b: { owner: x }
  c: { api_key: k2 }
`;
  expect(terms(file)).toMatchObject({ provider: "anthropic", api_key: null });
  expect(terms(file, "b")).toMatchObject({ provider: "openai", api_key: "k1" });
  expect(terms(file, "c")).toMatchObject({ provider: "openai", api_key: "k2" });
});
