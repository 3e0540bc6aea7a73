import { describe, expect, test } from "bun:test";
import { parseConfig } from "../../server/config/load.ts";
import { renderProblem } from "../../server/config/problem.ts";
import { CONTEXT } from "./context.ts";

function problems(text: string): string[] {
  const parsed = parseConfig(text, { ...CONTEXT, file: "g.yaml" });
  return "problems" in parsed ? parsed.problems.map(renderProblem) : [];
}

/** The file, and everything that is told about it. */
const GOLDEN: readonly (readonly [string, ...string[]])[] = [
  [
    "agents: { a: { budget: { max_cost_per_hr: 5 } } }",
    "g.yaml:1:26: agents.a.budget.max_cost_per_hr is not a setting; did you mean agents.a.budget.max_cost_per_hour?",
  ],
  [
    "agents: { a: { budget: { max_cost_total: -1 } } }",
    "g.yaml:1:42: agents.a.budget.max_cost_total is -1; expected USD from 0 to 9000000, or unlimited.",
  ],
  [
    "agents: { a: { quota: { requests_per_day: 1.5 } } }",
    "g.yaml:1:43: agents.a.quota.requests_per_day is 1.5; expected a whole number from 0 to 9007199254740991, or unlimited.",
  ],
  [
    "agents: { a: { rate_limit: 100/fortnight } }",
    'g.yaml:1:28: agents.a.rate_limit is "100/fortnight"; expected a rate such as 100/min (s, sec, min, hour or day).',
  ],
  [
    "agents: { a: { rate_limit: 0/min } }",
    'g.yaml:1:28: agents.a.rate_limit is "0/min"; expected a rate such as 100/min (s, sec, min, hour or day).',
  ],
  [
    "agents: { a: { rate_limit: [5/s, { max_requests: 1 }] } }",
    "g.yaml:1:34: agents.a.rate_limit.1.window_seconds is missing; it has no default.",
  ],
  [
    "agents: { a: { rate_limit: [[5/s]] } }",
    "g.yaml:1:29: agents.a.rate_limit.0 is a list; expected a single value or a mapping.",
  ],
  [
    "providers: { openai: { rate_limit: 5/s } }",
    "g.yaml:1:36: providers.openai.rate_limit is text; expected a mapping (key: value).",
  ],
  [
    "agents: { a: { allowed_hours: { start: 9, end: 9 } } }",
    "g.yaml:1:31: agents.a.allowed_hours starts and ends at 9, which is no time at all; leave it out to allow every hour, and pause the agent to allow none.",
  ],
  [
    "agents: { a: { allowed_hours: { start: 9 } } }",
    "g.yaml:1:31: agents.a.allowed_hours.end is missing; it has no default.",
  ],
  [
    "agents: { a: { allowed_hours: { start: 24, end: 1 } } }",
    "g.yaml:1:40: agents.a.allowed_hours.start is 24; expected a whole number from 0 to 23.",
  ],
  [
    "agents: { a: { trust: { pin: trustd } } }",
    'g.yaml:1:30: agents.a.trust.pin is "trustd"; expected one of quarantined, restricted, baseline, trusted, privileged.',
  ],
  [
    "agents: { a: { provider_rate_limits: { opnai: { max_requests: 1, window_seconds: 1 } } } }",
    "g.yaml:1:47: agents.a.provider_rate_limits.opnai is for opnai, which is no provider; did you mean openai?",
  ],
  ["loops: { window: 5 }", "g.yaml:1:8: loops asks for 10 alike among the last 5, which can never be."],
  [
    "agents:\n  '*': { loops: { window: 12 } }\n  a: { loops: { threshold: 15 } }\n  b: {}",
    "g.yaml:3:15: agents.a.loops asks for 15 alike among the last 12, which can never be.",
  ],
  [
    "providers: { openai: { upstreams: [{ lanes: [low] }, { api_key: k, lanes: [low] }] } }",
    "g.yaml:1:36: providers.openai.upstreams.0 needs a base_url or an api_key; without them it changes nothing.",
    "g.yaml:1:54: providers.openai.upstreams.1 takes the lane low, which upstream 0 has already; a lane has one upstream.",
  ],
  [
    "providers: { openai: { upstreams: [{ api_key: k }] } }",
    "g.yaml:1:36: providers.openai.upstreams.0.lanes must name at least one of high, normal, low.",
  ],
  ["pricing: { unknown: free }", 'g.yaml:1:21: pricing.unknown is "free"; expected one of refuse, allow.'],
  [
    "pricing: { unknown: { input: 1 } }",
    "g.yaml:1:21: pricing.unknown.output is missing; it has no default.",
  ],
  [
    "pricing: { models: { m: } }",
    ...["input", "output"].map(
      (rate) => `g.yaml:1:25: pricing.models.m.${rate} is missing; it has no default.`,
    ),
  ],
  [
    "routes: { allow: [v1/files] }",
    'g.yaml:1:19: routes.allow.0 is "v1/files"; expected a path such as /v1/files*, in which * stands for any characters.',
  ],
  ["overrides: {}", expect.stringContaining("overrides is not a setting; known here:")],
  [
    "agents: { a: { fallback: [opnai/gpt-4o-mini] } }",
    "g.yaml:1:27: agents.a.fallback.0 begins with opnai, which is no provider; did you mean openai?",
  ],
  [
    "agents: { a: { fallback: [my-model] } }",
    "g.yaml:1:27: agents.a.fallback.0 is no model whose provider is known; write it as provider/model.",
  ],
  [
    "agents: { a: { overrides: { opnai: { model: gpt-4o } } } }",
    "g.yaml:1:36: agents.a.overrides.opnai is for opnai, which is no provider; did you mean openai?",
  ],
];

describe("a mistake is told with its place, its path and what was expected", () => {
  test.each(GOLDEN.map(([text, ...expected]) => [text, expected] as const))("%p", (text, expected) => {
    expect(problems(text)).toEqual([...expected]);
  });
});

describe("a policy", () => {
  test("is refused with its name, its place in the file, and the place in its condition", () => {
    const text = `
policies:
  - { name: fine, condition: "hour > 3", action: deny }
  - name: spend
    condition: "hour > 3 && cost > 50"
    action: deny
  - name: errors
    condition: "error_rate > 'high'"
    action: pause
`;
    expect(problems(text)).toEqual([
      expect.stringMatching(
        /^g\.yaml:5:16: policies\.1\.condition of the rule "spend" cannot be used: line 1, column 13: there is no field "cost"; fields: error_rate,/,
      ),
      'g.yaml:8:16: policies.2.condition of the rule "errors" cannot be used: line 1, column 1: types do not fit: double > string.',
    ]);
  });

  test("has a name of its own, and only parameters of its action", () => {
    const text = `
policies:
  - { name: a, condition: "true", action: deny, params: { duration: 5m } }
  - { name: a, condition: "true", action: throttle }
  - { name: b, condition: "true", action: throttle, params: { rate: 1/s, delay_ms: 5 } }
`;
    expect(problems(text)).toEqual([
      "g.yaml:3:69: policies.0.params.duration belongs to the action pause, and the action here is deny.",
      "g.yaml:4:5: policies.1.params needs rate or delay_ms: what a throttle lets pass.",
      'g.yaml:4:13: policies.1.name is "a", as policies.0 is called already.',
      "g.yaml:5:61: policies.2.params has both rate and delay_ms; a throttle has one of them.",
    ]);
  });

  test("needs a name, a condition and an action", () => {
    expect(problems("policies: [{ mode: shadow }]")).toEqual(
      ["name", "condition", "action"].map(
        (key) => `g.yaml:1:12: policies.0.${key} is missing; it has no default.`,
      ),
    );
    expect(problems("policies: { name: a }")).toEqual([
      "g.yaml:1:11: policies is a mapping; expected a list such as [one, two].",
    ]);
  });
});
