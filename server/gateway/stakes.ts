/** Which budgets a call is charged to (SPEC 7.1): money of the agent, its owner, its run, the gateway, the call; and tokens. */
import type { Account, Budget, Caps, Stake } from "../core/budget.ts";
import type { NanoUsd } from "../core/money.ts";
import type { Plan } from "./plan.ts";

export type Scope = "agent" | "owner" | "run" | "gateway" | "request" | "quota";

/** A budget that a call may be charged to, and whose it is. */
export interface ScopedBudget extends Budget {
  readonly scope: Scope;
  /** Of the agent, the owner or the run. */
  readonly name: string;
}

/** A call's part of one of them. */
export interface ScopedStake extends Stake {
  readonly budget: ScopedBudget;
}

/** No limit at all. */
export const NO_CAPS: Caps = { hour: null, day: null, total: null };

/** Whether a cap on money is in force here. */
export function hasMoneyCap({ scope, caps }: Pick<ScopedBudget, "scope" | "caps">): boolean {
  if (scope === "quota") return false;
  const { hour, day, total } = caps();
  return hour !== null || day !== null || total !== null;
}

/** The stakes of a planned call. Budgets of money take no part where its price is unknown. */
export function createStakes(budgets: readonly ScopedBudget[], plan: Plan): ScopedStake[] {
  const stakes: ScopedStake[] = [];
  for (const budget of budgets) {
    const isTokens = budget.scope === "quota";
    if (!isTokens && plan.price === null) continue;
    stakes.push({
      budget,
      input: isTokens ? plan.inputTokens : (plan.price?.inputNano ?? 0),
      rate: isTokens ? 1 : (plan.price?.outputRate ?? 0),
      held: 0,
    });
  }
  return stakes;
}

/** The account of one call alone: nobody else holds of it, and only its own earlier attempts have spent of it. */
export function createOwnAccount(spent: NanoUsd): Account {
  return { spent: () => spent, held: 0 };
}

/** A cap for one call. */
export function capOnce(total: number | null): Caps {
  return total === null ? NO_CAPS : { ...NO_CAPS, total };
}
