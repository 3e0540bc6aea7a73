/** How the journal tells what a policy has brought about. Pure. */
import type { AgentName } from "../core/agent.ts";
import type { Instant } from "../core/duration.ts";
import type { NoteLine } from "../core/event.ts";
import type { PolicyEffect } from "./policies.ts";

const EVENTS = {
  pause: "policy.paused",
  alert: "policy.alerted",
  throttle: "policy.throttled",
  shadow: "policy.shadowed",
  error: "policy.failed",
} as const satisfies Record<PolicyEffect["kind"], string>;

/** Characters: the library's complaint may quote what it was given. */
const LONGEST_MESSAGE = 200;

/** The line of an effect: `detail` names the rule, and where there is one the action left undone or what went wrong. */
export function effectLine(effect: PolicyEffect, agent: AgentName, now: Instant): NoteLine {
  const { kind, rule } = effect;
  return {
    type: "policy",
    event: EVENTS[kind],
    time: new Date(now).toISOString(),
    agent,
    detail: {
      rule,
      ...(kind === "shadow" && { action: effect.action }),
      ...(kind === "error" && { message: effect.message.slice(0, LONGEST_MESSAGE) }),
    },
  };
}
