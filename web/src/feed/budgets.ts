/** How far an agent's money caps are used, and how loudly that must be said (SPEC 7.1, 7.2). */
import type { AgentStatus, Windows } from "../../../server/management/wire/status.ts";

/** One window of an agent's own budget, in USD. `held`: what its calls in flight may still cost, in every window. */
export interface BudgetUse {
  readonly window: keyof Windows<number>;
  readonly spent: number;
  readonly held: number;
  /** Null: no cap in this window. */
  readonly cap: number | null;
}

export interface CappedUse extends BudgetUse {
  readonly cap: number;
}

/** `near` is worth a look, `full` is about to refuse calls or does already. */
export type Tone = "calm" | "near" | "full";

const NEAR = 0.8;
const FULL = 0.95;

/** The agent's hour, day and lifetime, whether capped or not. */
export function readBudgets({ cost, held, budget }: AgentStatus): readonly BudgetUse[] {
  return [
    { window: "hour", spent: cost.hour, held, cap: budget.max_cost_per_hour },
    { window: "day", spent: cost.day, held, cap: budget.max_cost_per_day },
    { window: "total", spent: cost.total, held, cap: budget.max_cost_total },
  ];
}

/** The capped window of which the largest share is used; of equals the one with the least money left. */
export function findTightest(agent: AgentStatus): CappedUse | null {
  const capped = readBudgets(agent).filter(isCapped);
  return capped.sort((a, b) => usedShare(b) - usedShare(a) || moneyLeft(a) - moneyLeft(b))[0] ?? null;
}

/** Spent and held as a share of the cap, beyond 1 when it was overrun. A cap of nothing is used up from the start. */
export function usedShare({ spent, held, cap }: CappedUse): number {
  return cap > 0 ? (spent + held) / cap : 1;
}

/** USD that the next call finds, never below 0. */
export function moneyLeft({ spent, held, cap }: CappedUse): number {
  return Math.max(0, cap - spent - held);
}

/** Amber from 80% of a cap, red from 95%. */
export function judgeShare(share: number): Tone {
  if (share >= FULL) return "full";
  return share >= NEAR ? "near" : "calm";
}

/** Where the bar's two parts end, as shares of its length: what is spent, and what is held on top of it. */
export function measureBar(use: CappedUse): { readonly spent: number; readonly used: number } {
  const spent = use.cap > 0 ? Math.min(1, use.spent / use.cap) : 1;
  return { spent, used: Math.max(spent, Math.min(1, usedShare(use))) };
}

/** Whether the window has a cap. */
export function isCapped(use: BudgetUse): use is CappedUse {
  return use.cap !== null;
}
