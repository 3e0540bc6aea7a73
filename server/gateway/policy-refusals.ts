/** How a call is refused that a policy stops (SPEC 6.3, 10). Messages name the rule, never its condition. Pure. */
import type { AgentName } from "../core/agent.ts";
import type { Instant, Millis } from "../core/duration.ts";
import { type Refusal, refusal } from "../core/refusal.ts";
import type { Policy, PolicyVerdict, Throttle } from "./policies.ts";
import { checkThrottles } from "./policy-throttles.ts";

/**
 * The refusal that a verdict comes to, or null: the call may go on, held back by `delayOf` and taking its place by
 * `takeThrottles`. A rule that has paused the agent at this call comes before one that denies it, and that before one that
 * slows it down.
 */
export function refuseByPolicy(verdict: PolicyVerdict, agent: AgentName, now: Instant): Refusal | null {
  const pause = verdict.effects.find((effect) => effect.kind === "pause");
  if (pause) return pauseRefusal(pause.rule, pause.until, agent);
  if (verdict.denied) return denyRefusal(verdict.denied, agent);
  const wait = checkThrottles(verdict.throttles, now);
  return wait === 0 ? null : throttleRefusal(wait, verdict.throttles, agent);
}

/** `agent_deactivated`: a rule has paused the agent, until then or (null) until a person resumes it. */
export function pauseRefusal(rule: string, until: Instant | null, agent: AgentName): Refusal {
  const lifted =
    until === null
      ? `It stays so until a person resumes it: tollgate pause ${agent} --resume.`
      : `It goes on by itself at ${new Date(until).toISOString()}, or when a person resumes it: tollgate pause ${agent} --resume.`;
  return refusal("agent_deactivated", `The policy "${rule}" has paused the agent "${agent}". ${lifted}`);
}

/** `policy_denied`. */
export function denyRefusal({ settings: { name } }: Policy, agent: AgentName): Refusal {
  return refusal(
    "policy_denied",
    `The policy "${name}" denies this call of the agent "${agent}". Make a call that it does not deny, or have the rule changed under \`policies\` in the configuration.`,
  );
}

/** `throttled`: the rates of these throttles leave no room for `wait`. */
export function throttleRefusal(wait: Millis, throttles: readonly Throttle[], agent: AgentName): Refusal {
  const names = throttles
    .filter(({ policy }) => policy.settings.params.rate !== null)
    .map(({ policy }) => `"${policy.settings.name}"`);
  const rules = names.length === 1 ? `The policy ${names[0]} slows` : `The policies ${names.join(", ")} slow`;
  const seconds = Math.ceil(wait / 1_000);
  return refusal(
    "throttled",
    `${rules} the agent "${agent}" down. Please retry after ${seconds} ${seconds === 1 ? "second" : "seconds"}.`,
    wait,
  );
}
