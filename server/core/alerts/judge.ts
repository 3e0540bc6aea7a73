/** What each type of rule that lasts looks at: whether its line is crossed, and the figures to tell. Pure. */

import type { Window } from "../budget.ts";
import type { Instant } from "../duration.ts";
import type { NanoUsd } from "../money.ts";
import { TIERS } from "../trust-tier.ts";
import type { Finding } from "./law.ts";
import type { Fact } from "./notice.ts";
import type { AlertRule } from "./rule.ts";
import type { Counted } from "./tally-window.ts";

export interface Judged {
  readonly finding: Finding;
  readonly fact: Fact;
}

type RuleOf<Type extends AlertRule["type"]> = Extract<AlertRule, { readonly type: Type }>;

/** What is settled in the budget's window, of its cap; the window is known by its beginning. Without a cap there is no line. */
export function judgeBudget(
  { window, percent }: { readonly window: Window; readonly percent: number },
  spent: NanoUsd,
  cap: NanoUsd | null,
  windowStart: Instant,
): Judged {
  const holds = cap !== null && cap > 0 && spent * 100 >= cap * percent;
  return {
    finding: holds ? { holds, period: String(windowStart) } : { holds },
    fact: { type: "budget", window, percent, spent, cap },
  };
}

/** Failed calls among those that ended within the window. */
export function judgeErrorRate(
  { window, threshold, minCalls }: RuleOf<"error_rate">,
  { total: calls, marked: errors }: Counted,
): Judged {
  const holds = calls >= minCalls && errors > 0 && errors >= threshold * calls;
  return { finding: sayWhether(holds), fact: { type: "error_rate", window, errors, calls } };
}

/** Refusals within the window. */
export function judgeBurst({ window, count }: RuleOf<"blocked_burst">, { total }: Counted): Judged {
  return { finding: sayWhether(total >= count), fact: { type: "blocked_burst", window, count: total } };
}

/** How long nothing was heard of the agent. A call in flight is a sign of life. */
export function judgeSilence(
  { silence }: RuleOf<"agent_down">,
  lastSeen: Instant,
  inFlight: number,
  now: Instant,
): Judged {
  const holds = inFlight === 0 && now - lastSeen >= silence;
  return { finding: sayWhether(holds), fact: { type: "agent_down", lastSeen } };
}

/** A breaker that is open, or half open. */
export function judgeBreaker(provider: string, isOpen: boolean): Judged {
  return { finding: sayWhether(isOpen), fact: { type: "breaker_open", provider } };
}

/**
 * A change of tier. A fall is a crossing of its own each; it is over once the agent is back at the tier that it fell from
 * (`fellFrom`: of the alert that is raised). Null: a rise that ends nothing.
 */
export function judgeTrust(from: string, to: string, score: number, fellFrom: string | null): Judged | null {
  const fact: Fact = { type: "trust_drop", from, to, score };
  if (rankOf(to) < rankOf(from)) return { finding: { holds: true, period: to }, fact };
  if (fellFrom === null || rankOf(to) < rankOf(fellFrom)) return null;
  return { finding: { holds: false }, fact };
}

function rankOf(tier: string): number {
  const tiers: readonly string[] = TIERS;
  return tiers.indexOf(tier);
}

function sayWhether(holds: boolean): Finding {
  return holds ? { holds, period: "" } : { holds };
}
