/** A configuration in which everything decides about a call. */
import type { Sections } from "../../test/support/gateway.ts";

/** Everything that decides about a call, switched on, and nothing of it in the way. */
export const governed = (upstream: string): Sections => ({
  gateway: { budget: { max_cost_per_day: 1e6 }, max_agents: 10_000 },
  agents: {
    "*": {
      owner: "team",
      budget: {
        max_cost_per_hour: 1e5,
        max_cost_per_day: 1e6,
        max_cost_total: 1e6,
        max_cost_per_request: 100,
      },
      quota: { requests_per_hour: 1e9, requests_per_day: 1e9, tokens_per_hour: 1e12, max_input_tokens: 1e6 },
      rate_limit: ["1000000/s", { max_requests: 100_000, window_seconds: 1 }],
      allowed_hours: { start: 0, end: 24 },
      models: { allow: ["gpt-*"], deny: ["*-opus-*"] },
      circuit_breaker: { error_threshold: 5, window_ms: "1m" },
      priority: "normal",
    },
  },
  owners: { team: { budget: { max_cost_per_day: 1e6 } } },
  providers: {
    openai: {
      base_url: upstream,
      max_concurrency: 10_000,
      rate_limit: { max_requests: 100_000, window_seconds: 1 },
    },
  },
  policies: Array.from({ length: 10 }, (_, index) => ({
    name: `rule-${index}`,
    condition: `error_rate > 0.5 && cost_this_hour > ${index + 1000}.0`,
    action: (["pause", "deny", "alert", "throttle"] as const)[index % 4],
    ...(index % 4 === 3 && { params: { rate: "1000/s" } }),
  })),
  trust: { enabled: true },
  loops: { action: "alert" },
});
