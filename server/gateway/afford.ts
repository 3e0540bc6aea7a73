/** Whether the budgets have room for a call, and with which output ceiling (SPEC 7.2-7.4). Pure. */
import type { AgentName } from "../core/agent.ts";
import { affordedCeiling, amountOf, judge, leastOutput, usedUp, type Window } from "../core/budget.ts";
import { dayEnd, hourEnd } from "../core/calendar.ts";
import type { Instant } from "../core/duration.ts";
import { renderUsd } from "../core/money.ts";
import type { Pause } from "../core/pause.ts";
import { type Refusal, refusal } from "../core/refusal.ts";
import { type Plan, smallestCall } from "./plan.ts";
import { hasMoneyCap, type Scope, type ScopedBudget, type ScopedStake } from "./stakes.ts";

/** What a call is let in with. */
export interface Grant {
  /** Output ceiling over all choices. */
  readonly ceiling: number;
  /** The ceiling of each choice that has to be written into the request; null where it goes as it came. */
  readonly told: number | null;
  /** Tokens of output to hold at first. */
  readonly output: number;
}

export type Affordance =
  | { readonly kind: "granted"; readonly grant: Grant }
  | { readonly kind: "busy"; readonly stake: ScopedStake }
  | { readonly kind: "exceeded"; readonly stake: ScopedStake; readonly window: Window };

/** `canLower`: whether a lower ceiling can be written into the request. */
export function afford(stakes: readonly ScopedStake[], plan: Plan, canLower: boolean): Affordance {
  const afforded = affordedCeiling(stakes, plan);
  if (afforded === null || (afforded < plan.ceiling && !canLower)) {
    const verdict = judge(stakes, afforded === null ? leastOutput(plan) : plan.ceiling);
    if (verdict.kind === "exceeded") return verdict;
  }
  const most = Math.floor((afforded ?? plan.ceiling) / plan.choices);
  const isLower = most * plan.choices < plan.ceiling;
  const isTold = canLower && (isLower || plan.imposesCeiling || isRisky(stakes, plan));
  const each = isTold ? Math.min(most, plan.room ?? most) : most;
  const ceiling = each * plan.choices;
  const output = Math.min(plan.slice, ceiling);
  const verdict = judge(stakes, output);
  if (verdict.kind !== "fits") return verdict;
  return { kind: "granted", grant: { ceiling, told: isTold ? each : null, output } };
}

/** Whether the answer may grow longer than its ceiling, and a money cap would not hold then. */
function isRisky(stakes: readonly ScopedStake[], { isUnkept }: Plan): boolean {
  return isUnkept && stakes.some(({ budget }) => hasMoneyCap(budget));
}

const REASON_OF = {
  agent: "budget_exceeded",
  owner: "budget_exceeded",
  run: "budget_exceeded",
  gateway: "budget_exceeded",
  request: "request_cap_exceeded",
  quota: "quota_exceeded",
} as const satisfies Record<Scope, string>;

const PERIOD = { hour: "per hour", day: "per day", total: "in total" } as const satisfies Record<
  Window,
  string
>;

/** The final refusal of a call that a cap has no room for; the agent is paused where its own cap is as good as used up. */
export function exceededRefusal(
  { stake, window }: { readonly stake: ScopedStake; readonly window: Window },
  plan: Plan,
  agent: AgentName,
  zone: string,
  now: Instant,
): Refusal {
  const { scope, account, caps } = stake.budget;
  const cap = caps()[window] ?? 0;
  const left = Math.max(0, cap - account.spent(window));
  const needed = amountOf(stake, leastOutput(plan));
  const figure = (amount: number) => (scope === "quota" ? `${amount} tokens` : `$${renderUsd(amount)}`);
  const period = scope === "request" ? "for one call" : PERIOD[window];
  const message =
    `${describeScope(stake.budget)} may spend ${figure(cap)} ${period}; ${figure(left)} are left, ` +
    `and this call may take ${figure(needed)} or more. Raise the cap, ask for less, or wait until it begins anew.`;
  const refused = refusal(REASON_OF[scope], message);
  const used = scope === "agent" ? usedUp(stake.budget, smallestCall(plan)) : null;
  if (used === null) return refused;
  const cause: Pause["cause"] = { by: "budget", window: used, least: smallestCall(plan) };
  return { ...refused, pause: { agent, since: now, until: windowEnd(used, zone, now), cause } };
}

/** The retryable refusal of a call that fits the cap, but never beside what others held while it waited. */
export function busyRefusal(stake: ScopedStake): Refusal {
  const message =
    `${describeScope(stake.budget)} has calls in flight that hold the rest of its budget, and none of them ended in time. ` +
    "Try again in a moment.";
  return refusal("budget_busy", message, 1_000);
}

function describeScope({ scope, name }: ScopedBudget): string {
  switch (scope) {
    case "gateway":
      return "The gateway as a whole";
    case "request":
    case "quota":
      return `The agent "${name}"`;
    default:
      return `The ${scope} "${name}"`;
  }
}

/** When a window ends; null for the one that never does. */
function windowEnd(window: Window, zone: string, now: Instant): Instant | null {
  if (window === "total") return null;
  return window === "hour" ? hourEnd(now, zone) : dayEnd(now, zone);
}
