/** What governs an agent, as the API shows it: its pause, caps, rate, breakers, trust and lane. Pure. */
import type { AgentName } from "../core/agent.ts";
import type { Instant } from "../core/duration.ts";
import { chooseLane } from "../core/lane.ts";
import { type NanoUsd, toUsd } from "../core/money.ts";
import type { Pause } from "../core/pause.ts";
import type { Standing } from "../gateway/reputation.ts";
import type { AgentTerms } from "../gateway/terms.ts";
import type { ManagementContext } from "./context.ts";
import type { AgentStatus, BudgetCaps, PauseReason, RateLimitStatus, TrustStatus } from "./wire/status.ts";

/** What the view needs of the house. */
export type Governing = Pick<ManagementContext, "controls" | "setup">;

type Governance = Pick<
  AgentStatus,
  | "pause_reason"
  | "pause_detail"
  | "pause_since"
  | "pause_until"
  | "budget"
  | "rate_limit"
  | "breakers"
  | "trust"
  | "priority"
>;

/** Everything about an agent that is not a figure of its calls. */
export function viewGovernance(agent: AgentName, { controls, setup }: Governing, now: Instant): Governance {
  const governing = { controls, setup };
  const { tier, terms, hasKey } = termsOf(agent, governing);
  const { priority, purpose: configuredPurpose } = terms;
  return {
    ...viewPause(controls.pauses.find(agent)),
    budget: viewBudget(terms),
    rate_limit: viewAllowance(agent, governing, now),
    breakers: controls.breakers.states(agent),
    trust: setup().settings.trust.enabled ? viewTrust(standingOf(agent, governing)) : null,
    priority: chooseLane({ priority, configuredPurpose, declaredPurpose: null, tier, hasKey }),
  };
}

/** The tightest of the agent's own rate limits, at the providers that have a name; null when it has none. */
export function viewAllowance(agent: AgentName, governing: Governing, now: Instant): RateLimitStatus | null {
  const { controls, setup } = governing;
  const { terms } = termsOf(agent, governing);
  const allowance = controls.limits.tightest(agent, terms, setup().providers.names(), now);
  if (!allowance) return null;
  const { limit, remaining, resetIn } = allowance;
  return { limit, remaining, reset_seconds: Math.ceil(resetIn / 1_000) };
}

/** What holds for the agent's calls. Only where every call needs a gateway key is it known that they have one. */
function termsOf(agent: AgentName, { controls, setup }: Governing) {
  const current = setup();
  const hasKey = current.settings.identity.mode === "keys";
  return { ...controls.standing(agent, current, hasKey), hasKey };
}

/** The agent's trust, as it stands or as it would begin. */
export function standingOf(agent: AgentName, { controls, setup }: Governing): Standing {
  return controls.reputation.standing(agent, controls.trustTermsOf(agent, setup()));
}

/** The part of a standing that every view of an agent has. */
export function viewTrust({ score, tier, pinned }: Standing): TrustStatus {
  return { score, tier, pinned };
}

function viewPause(
  pause: Pause | null,
): Pick<AgentStatus, "pause_reason" | "pause_detail" | "pause_since" | "pause_until"> {
  if (!pause) return { pause_reason: null, pause_detail: null, pause_since: null, pause_until: null };
  const [pause_reason, pause_detail] = explainPause(pause);
  const { since, until } = pause;
  return {
    pause_reason,
    pause_detail,
    pause_since: new Date(since).toISOString(),
    pause_until: until === null ? null : new Date(until).toISOString(),
  };
}

function explainPause({ cause }: Pause): readonly [PauseReason, string | null] {
  switch (cause.by) {
    case "person":
      return ["agent_deactivated", cause.note];
    case "budget":
      return ["budget_exceeded", cause.window];
    case "policy":
      return ["policy", cause.rule];
    case "loop":
      return ["loop_detected", null];
  }
}

/** The agent's own caps in USD. */
export function viewBudget({ caps, budget }: AgentTerms): BudgetCaps {
  return {
    max_cost_per_hour: viewCap(caps.hour),
    max_cost_per_day: viewCap(caps.day),
    max_cost_total: viewCap(caps.total),
    max_cost_per_request: viewCap(budget.max_cost_per_request),
  };
}

function viewCap(cap: NanoUsd | null): number | null {
  return cap === null ? null : toUsd(cap);
}
