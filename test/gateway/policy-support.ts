/** Facts and rules for tests of policies. */
import type { PolicyParams, PolicySettings } from "../../server/core/settings.ts";
import { compilePolicies, type Policy } from "../../server/gateway/policies.ts";
import type { PolicyFacts } from "../../server/gateway/policy-fields.ts";

/** An agent that has never called. */
export const FACTS: PolicyFacts = {
  error_rate: 0,
  cost_this_hour: 0,
  cost_today: 0,
  total_cost: 0,
  calls_this_hour: 0,
  call_count: 0,
  error_count: 0,
  status: "active",
  agent_id: "bot",
  owner: "",
  purpose: "",
  tags: [],
  model: "gpt-4o",
  provider: "openai",
  hour: 12,
  trust_score: 50,
  run_cost: 0,
  run_calls: 0,
};

/** A rule as the file would give it. */
export function rule(
  condition: string,
  action: PolicySettings["action"],
  params: Partial<PolicyParams> = {},
  more: Partial<PolicySettings> = {},
): PolicySettings {
  const preset = {
    min_calls: null,
    duration: null,
    cooldown: 900_000,
    channels: [],
    rate: null,
    delay_ms: null,
    hold_seconds: 60,
  };
  return { name: action, condition, action, mode: "enforce", params: { ...preset, ...params }, ...more };
}

/** The compiled rules; fails the test when one cannot be. */
export function compile(...rules: PolicySettings[]): readonly Policy[] {
  const compiled = compilePolicies(rules);
  if ("problems" in compiled) throw new Error(JSON.stringify(compiled.problems));
  return compiled.policies;
}
