/** What cannot be read and what contradicts itself are told together, and nothing that only follows from the first. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { readEdits } from "../../server/config/edits.ts";
import { parseConfig } from "../../server/config/load.ts";
import { applyEdits, type RunTimeValues } from "../../server/config/run-time.ts";
import { CONTEXT } from "./context.ts";

function problems(text: string, runTime: RunTimeValues = new Map()): string[] {
  const parsed = parseConfig(text, { ...CONTEXT, file: "g.yaml", runTime });
  return "problems" in parsed ? parsed.problems.map(({ message }) => message) : [];
}

describe("problems of both kinds", () => {
  test("are told at once, in the order of the file", () => {
    const told = problems(`
gateway: { port: many }
agents:
  a: { provider: opnai }
  b: { budget: { max_cost_per_day: -1 } }
policies:
  - { name: x, condition: "nonsense > 1", action: deny }
  - { name: y, action: deny }
`);
    expect(told).toEqual([
      expect.stringMatching(/^gateway\.port is "many"; expected /),
      "agents.a.provider is opnai, which is no provider; did you mean openai?",
      expect.stringMatching(/^agents\.b\.budget\.max_cost_per_day is -1; /),
      expect.stringMatching(/^policies\.0\.condition of the rule "x" cannot be used: /),
      "policies.1.condition is missing; it has no default.",
    ]);
  });

  test.each([
    ["providers: { house: { protocol: opnai, base_url: http://h } }\nagents: { a: { provider: house } }"],
    ["provider: { house: { protocol: openai, base_url: http://h } }\nagents: { a: { provider: house } }"],
    ["providers: [house]\nagents: { a: { provider: house } }"],
    ["loops: { window: many }\nagents: { a: { loops: { threshold: 25 } } }"],
    ["agents: { '*': { loops: { window: many } }, a: { loops: { threshold: 25 } } }"],
    ["agents: { a: { allowed_hours: { start: 9 } } }"],
    ["policies: [{ condition: 'true', action: deny }]"],
    ["policies: [{ name: a, condition: 'true', action: deny }, 5]"],
    ["alerts: { channels: 5, rules: [{ name: a, type: loop, channels: [ops] }] }"],
    [
      "alerts: { channels: 5 }\npolicies: [{ name: a, condition: 'true', action: alert, params: { channels: [ops] } }]",
    ],
    ["gateway: { port: 9000, host: 'not a host' }\ndashboard: { port: 9000 }"],
    ["agents: { a: { fallback: [{}] } }"],
  ])("are not told where one only follows from the other: %s", (text) => {
    expect(problems(text)).toHaveLength(1);
  });

  test("never stop the reading, whatever stands where", () => {
    const value = fc.constantFrom("5", "[]", "{}", "[5]", "{ x: 5 }", '"x"', "null", "[{}]", "[{ name: a }]");
    const path = fc.constantFrom(
      "policies", "alerts.rules", "alerts.channels.a", "agents.a.fallback", "agents.a.rate_limit", "agents.a.allowed_hours",
      "agents.a.overrides.openai", "providers.openai.rate_limit", "providers.openai.upstreams", "pricing.models.m", "gateway.budget",
    ); // biome-ignore format: a list
    fc.assert(
      fc.property(fc.array(fc.tuple(path, value), { minLength: 1, maxLength: 4 }), (given) => {
        const text = given.map(
          ([at, what]) => `${at.replaceAll(".", ": { ")}: ${what}${" }".repeat(at.split(".").length - 1)}`,
        );
        expect(() => problems(text.join("\n"))).not.toThrow();
      }),
    );
  });
});

describe("what is wrong with an entry of run time", () => {
  const set = (given: unknown) => applyEdits(new Map(), readEdits([], given));
  const FILE = 'policies: [{ name: first, condition: "true", action: deny }]';

  test("is told by its name, and that of the file by its number", () => {
    const late = { condition: "nonsense", action: "deny", params: { duration: "5m" } };
    expect(problems(FILE, set({ policies: { late } }))).toEqual([
      expect.stringMatching(/^policies\.late\.condition of the rule "late" cannot be used: /),
      "policies.late.params.duration belongs to the action pause, and the action here is deny.",
    ]);
    const rules = { odd: { type: "loop", threshold: 2 } };
    expect(problems(FILE, set({ alerts: { rules } }))).toEqual([
      expect.stringMatching(/^alerts\.rules\.odd\.threshold is 2; /),
    ]);
    expect(
      problems(FILE.replace("true", "nonsense"), set({ policies: { late: { condition: "true" } } })),
    ).toEqual([
      "policies.late.action is missing; it has no default.",
      expect.stringMatching(/^policies\.0\.condition of the rule "first" /),
    ]);
  });
});
