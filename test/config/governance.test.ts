// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are references of the configuration file.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { parseConfig } from "../../server/config/load.ts";
import { renderProblem } from "../../server/config/problem.ts";
import { listChanges } from "../../server/config/reload.ts";
import type { Settings } from "../../server/core/settings.ts";
import { CONTEXT } from "./context.ts";

const USD = 1_000_000_000;

function settings(text: string): Settings {
  const env = { OPENAI_API_KEY: "sk-1", RESEARCH_KEY: "sk-2" };
  const parsed = parseConfig(text, { ...CONTEXT, env });
  if ("problems" in parsed) throw new Error(parsed.problems.map(renderProblem).join("\n"));
  return parsed.settings;
}

describe("files as people write them", () => {
  test("a small fleet with budgets and rates", () => {
    const { agents, policies } = settings(`
gateway:
  port: 8080
  host: 0.0.0.0
agents:
  researcher:
    model: claude-sonnet-4-20250514
    provider: anthropic
    budget:
      max_cost_per_hour: 5.00
    rate_limit: 100/min
  writer:
    model: claude-haiku-4-5-20251001
    provider: anthropic
    budget:
      max_cost_per_hour: 1.00
      max_cost_per_day: 8
      max_cost_total: 100
    rate_limit: 50/min
    circuit_breaker:
      error_threshold: 5
      reset_timeout: 30000
      half_open_requests: 3
    tags: [a, b]
policies:
  - name: high-error-rate
    condition: "error_rate > 0.5"
    action: pause
  - name: runaway-spend
    condition: "cost_this_hour > 50.0"
    action: deny
dashboard:
  port: 4040
audit:
  log_file: ./audit.jsonl
  max_entries: 10000
`);
    expect(agents.researcher).toMatchObject({
      model: "claude-sonnet-4-20250514",
      budget: { max_cost_per_hour: 5 * USD, max_cost_per_day: null },
      rate_limit: { count: 100, per: 60_000 },
    });
    expect(agents.writer?.circuit_breaker).toMatchObject({ error_threshold: 5, window_ms: null });
    expect(policies.map(({ name, action, mode }) => [name, action, mode])).toEqual([
      ["high-error-rate", "pause", "enforce"],
      ["runaway-spend", "deny", "enforce"],
    ]);
  });

  test("everything that governs, at once", () => {
    const { gateway, providers, agents, owners, policies, pricing, routes } = settings(`
gateway: { timezone: local, blocked_response: error, budget: { max_cost_per_day: 200 } }
identity: { mode: keys, forward: true }
providers:
  openai: { api_key: "\${OPENAI_API_KEY}", rate_limit: { max_requests: 100, window_seconds: 60 }, max_concurrency: 64,
            enabled: false, upstreams: [{ base_url: "https://batch.example", api_key: k, lanes: [low] }] }
agents:
  "*": { budget: { max_cost_per_day: 20 } }
  researcher:
    model: claude-sonnet-4-20250514
    provider: anthropic
    api_key: \${RESEARCH_KEY}
    budget: { max_cost_per_hour: 5.00, max_cost_per_day: 40, max_cost_total: 500, max_cost_per_request: 0.50, hold: worst_case }
    quota: { requests_per_hour: 1000, requests_per_day: 5000, tokens_per_hour: 2e6, tokens_per_day: 1e7,
             max_input_tokens: 100000, max_output_tokens: 8000 }
    rate_limit: [100/min, { max_requests: 30, window_seconds: 10 }]
    provider_rate_limits: { openai: { max_requests: 3, window_seconds: 1 } }
    circuit_breaker: { error_threshold: 5, reset_timeout: 30000, half_open_requests: 3, window_ms: 60000 }
    allowed_hours: { start: 22, end: 6 }
    models: { allow: ["claude-*"], deny: ["*-opus-*"] }
    priority: high
    owner: team-ml
    blocked_response: reply
    trust: { pin: trusted }
    loops: { action: pause }
policies:
  - { name: slow, condition: "calls_this_hour > 100", action: throttle, mode: shadow, params: { rate: 10/hour, hold_seconds: 5 } }
owners: { team-ml: { budget: { max_cost_per_day: 100 } } }
pricing: { unknown: { input: 1, output: 2 } }
trust: { enabled: true, interval: 60s, initial: 50, quarantine: false, raise: true }
loops: { window: 20, threshold: 10, action: alert }
routes: { allow: ["/v1/files*"] }
`);
    expect(gateway).toMatchObject({ blocked_response: "error", budget: { max_cost_per_day: 200 * USD } });
    expect(providers.openai).toMatchObject({
      rate_limit: { max_requests: 100, window_seconds: 60 },
      max_concurrency: 64,
      enabled: false,
      upstreams: [{ base_url: "https://batch.example", api_key: "k", lanes: ["low"] }],
    });
    expect(agents.researcher).toMatchObject({
      budget: { max_cost_per_request: USD / 2, hold: "worst_case" },
      quota: { tokens_per_hour: 2_000_000, max_output_tokens: 8000 },
      rate_limit: [
        { count: 100, per: 60_000 },
        { max_requests: 30, window_seconds: 10 },
      ],
      provider_rate_limits: { openai: { max_requests: 3, window_seconds: 1 } },
      allowed_hours: { start: 22, end: 6 },
      trust: { pin: "trusted" },
      loops: { window: null, action: "pause" },
    });
    expect(owners["team-ml"]?.budget.max_cost_per_day).toBe(100 * USD);
    expect(policies[0]).toEqual({
      name: "slow",
      condition: "calls_this_hour > 100",
      action: "throttle",
      mode: "shadow",
      params: {
        min_calls: null,
        duration: null,
        cooldown: 900_000,
        channels: [],
        rate: { count: 10, per: 3_600_000 },
        delay_ms: null,
        hold_seconds: 5,
      },
    });
    expect(pricing.unknown).toEqual({ input: 1, output: 2, cache_read: null, cache_write: null });
    expect(routes.allow).toEqual(["/v1/files*"]);
  });
});

describe("values", () => {
  const agent = (text: string) => settings(`agents: { a: { ${text} } }`).agents.a;

  test("of money are exact nano-dollars", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 999_999 }),
        fc.integer({ min: 0, max: 999_999_999 }),
        (usd, nano) => {
          const written = `${usd}.${String(nano).padStart(9, "0")}`;
          expect(agent(`budget: { max_cost_per_day: ${written} }`)?.budget.max_cost_per_day).toBe(
            usd * USD + nano,
          );
        },
      ),
    );
  });

  test.each([
    ["7/s", 7, 1_000],
    ["7/sec", 7, 1_000],
    ["7 / min", 7, 60_000],
    ["7/hour", 7, 3_600_000],
    ["7/day", 7, 86_400_000],
  ])("that are rates: %s", (text, count, per) => {
    expect(agent(`rate_limit: ${text}`)?.rate_limit).toEqual({ count, per });
  });

  test("may be unlimited, which is not the same as left out", () => {
    const text =
      "budget: { max_cost_per_day: unlimited }, quota: { requests_per_day: unlimited }, rate_limit: unlimited";
    const unlimited = Number.POSITIVE_INFINITY;
    expect(agent(text)).toMatchObject({
      budget: { max_cost_per_day: unlimited },
      quota: { requests_per_day: unlimited },
      rate_limit: { count: unlimited },
    });
    const before = settings("agents: { a: {} }");
    const after = settings("agents: { a: { budget: { max_cost_per_day: unlimited } } }");
    expect(listChanges(before, after)).toEqual(["agents.a.budget.max_cost_per_day"]);
  });

  test("may come from the environment", () => {
    const text = 'agents: { a: { budget: { max_cost_per_day: "${CAP}" } } }';
    const parsed = parseConfig(text, { ...CONTEXT, env: { CAP: "2.5" } });
    expect(parsed).toMatchObject({
      settings: { agents: { a: { budget: { max_cost_per_day: 2.5 * USD } } } },
    });
  });
});
