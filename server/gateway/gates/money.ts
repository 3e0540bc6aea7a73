/** Gates about what a call may take: it can be charged, its quota has room, its budgets have. */
import type { AgentName } from "../../core/agent.ts";
import { type Refusal, refusal } from "../../core/refusal.ts";
import { afford, busyRefusal, exceededRefusal } from "../afford.ts";
import type { Arrival } from "../arrival.ts";
import type { Obstacle } from "../entrance.ts";
import { isAccountable } from "../metered.ts";

/** Under a money cap only what can be charged passes (SPEC 7.6, 7.8). */
export function accountable({ facts, isCapped, setup, identity }: Arrival): Refusal | null {
  if (!isCapped) return null;
  const { method, located, path, plan, isBackground } = facts;
  const { routes, pricing } = setup.settings;
  if (!isAccountable(method, path, located.operation, routes.allow)) {
    return refusal(
      "unmetered_route",
      `The agent "${identity.name}" has a money cap, and what ${method} ${path} costs cannot be metered. Name the path under routes.allow to let it pass.`,
    );
  }
  if (isBackground) return madeUnseen(identity.name, "a money cap");
  if (plan === null || plan.price !== null || pricing.unknown === "allow") return null;
  return refusal(
    "unpriced_model",
    `The agent "${identity.name}" has a money cap, and ${unpriced(facts.model)}`,
  );
}

/** Why a call has no price, and what gives it one. */
function unpriced(model: string | null): string {
  return model === null
    ? 'this call names no model. Name one, or give every model a price: "*" under pricing.models, or pricing.unknown.'
    : `the price of the model ${model} is not known. Give one under pricing.models, or set pricing.unknown.`;
}

/** What an answer that is made in the background uses, no call is told: the one that fetches it is another, and free. */
function madeUnseen(name: AgentName, limit: string): Refusal {
  return refusal(
    "unmetered_route",
    `The agent "${name}" has ${limit}, and an answer that is made in the background reports what it uses to nobody. Send the request without \`background\`.`,
  );
}

export function withinQuota({ terms, agent, facts, identity, canLower, isAgain }: Arrival): Refusal | null {
  const { requests_per_hour, requests_per_day, tokens_per_hour, tokens_per_day } = terms.quota;
  const { max_input_tokens, max_output_tokens } = terms.quota;
  const { name } = identity;
  if (facts.isBackground && (tokens_per_hour !== null || tokens_per_day !== null))
    return madeUnseen(name, "a quota of tokens");
  const full = (period: string, limit: number) =>
    refusal(
      "quota_exceeded",
      `The agent "${name}" has made the ${Math.floor(limit)} calls that it may make ${period}.`,
    );
  const own = isAgain ? 0 : 1;
  if (requests_per_hour !== null && agent.admitted.hour + own > requests_per_hour)
    return full("per hour", requests_per_hour);
  if (requests_per_day !== null && agent.admitted.day + own > requests_per_day)
    return full("per day", requests_per_day);
  if (facts.plan?.imposesCeiling) {
    const most = `An answer to the agent "${name}" may have ${max_output_tokens} tokens`;
    if (!canLower) {
      const advice = "and that cannot be written into a compressed request. Ask for no more in it";
      return refusal("quota_exceeded", `${most}, ${advice}, or send it uncompressed.`);
    }
    if (facts.plan.thinking >= (max_output_tokens ?? 0)) {
      return refusal(
        "quota_exceeded",
        `${most}, and this call reserves all of them for thinking. Reserve less.`,
      );
    }
  }
  const input = facts.plan?.inputTokens ?? 0;
  if (max_input_tokens === null || input <= max_input_tokens) return null;
  return refusal(
    "quota_exceeded",
    `The input of this call is up to ${input} tokens, and the agent "${name}" may send ${max_input_tokens} at once. Send less.`,
  );
}

export function withinBudget(arrival: Arrival): Refusal | Obstacle | null {
  const { stakes, facts, canLower, identity, setup, now, controls } = arrival;
  const { plan } = facts;
  if (plan === null || stakes.length === 0) return null;
  const afforded = afford(stakes, plan, canLower);
  if (afforded.kind === "exceeded")
    return exceededRefusal(afforded, plan, identity.name, setup.settings.gateway.timezone, now);
  // Streams under way are before those that would begin.
  const pressed = stakes.find(({ budget }) => controls.waiting.hasExtension(budget.account));
  const stake = afforded.kind === "busy" ? afforded.stake : pressed;
  if (!stake) return null;
  const late = busyRefusal(stake);
  const { account } = stake.budget;
  if (controls.waiting.isFull(account)) return late;
  const mayFit = () => afford(stakes, plan, canLower).kind !== "busy";
  return { wait: "budget", account, mayFit, late };
}
