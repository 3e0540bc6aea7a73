/**
 * Budgets: money that may be spent per hour, day and lifetime, held before it is spent (SPEC 7.1-7.4). Pure: the caller
 * says which accounts a call is charged to. Refused for the cap is final; refused for others' holds is a wait.
 */
import type { NanoUsd } from "./money.ts";

export type Window = "hour" | "day" | "total";

/** Limits of one account; null is no limit. */
export interface Caps {
  readonly hour: NanoUsd | null;
  readonly day: NanoUsd | null;
  readonly total: NanoUsd | null;
}

/** What one account has spent in its current windows, and what calls in flight may still spend. */
export interface Account {
  readonly spent: Readonly<Record<Window, NanoUsd>>;
  readonly held: NanoUsd;
}

/** An account with the limits in force for it. */
export interface Budget {
  readonly caps: Caps;
  readonly account: Account;
}

export type Verdict =
  | { readonly kind: "fits" }
  /** Fits the cap, but not beside what others hold: waiting helps. */
  | { readonly kind: "busy"; readonly budget: number }
  /** More than the cap leaves: final until the window ends or the cap is raised. */
  | { readonly kind: "exceeded"; readonly budget: number; readonly window: Window };

const WINDOWS: readonly Window[] = ["hour", "day", "total"];
const FITS: Verdict = { kind: "fits" };

/** What the caps leave beside settled spend, over all budgets and windows; Infinity without a cap. Ignores holds. */
export function affordable(budgets: readonly Budget[]): NanoUsd {
  let least = Number.POSITIVE_INFINITY;
  for (const { caps, account } of budgets) {
    for (const window of WINDOWS) {
      const cap = caps[window];
      if (cap !== null) least = Math.min(least, cap - account.spent[window]);
    }
  }
  return least;
}

/**
 * Whether a hold of `amount` may be taken on every budget. An exceeded cap outweighs a busy one, whichever comes first:
 * who waits must have something to wait for. `budget` is the index of the one that says no.
 */
export function judge(budgets: readonly Budget[], amount: NanoUsd): Verdict {
  let busy: Verdict | null = null;
  for (const [index, { caps, account }] of budgets.entries()) {
    for (const window of WINDOWS) {
      const cap = caps[window];
      if (cap === null) continue;
      const left = cap - account.spent[window];
      if (amount > left) return { kind: "exceeded", budget: index, window };
      if (amount > left - account.held) busy ??= { kind: "busy", budget: index };
    }
  }
  return busy ?? FITS;
}

/** The smallest answer that is worth asking for: a ceiling is never lowered below it. */
export const LEAST_OUTPUT = 256;

/** What a call would hold, in the parts that decide. */
export interface Ask {
  /** The input at its dearest rate. */
  readonly inputNano: NanoUsd;
  /** Nano-dollars per token of output, which may be a fraction. */
  readonly outputRate: number;
  /** Most tokens that the answer may have, over all choices. */
  readonly ceiling: number;
  /** What the client itself asked for, null when it left that open. */
  readonly asked: number | null;
  /** Tokens that the client reserves for thinking. */
  readonly thinking: number;
}

/**
 * The output ceiling that what is left affords: the asked one where it fits, else a lower one, never because of others'
 * holds, never under 256 or what the client asked, never under its thinking budget. Null when not even that fits.
 */
export function affordedCeiling(ask: Ask, left: NanoUsd): number | null {
  if (ask.inputNano + ask.ceiling * ask.outputRate <= left) return ask.ceiling;
  const tokens = Math.floor((left - ask.inputNano) / ask.outputRate);
  const least = Math.max(Math.min(LEAST_OUTPUT, ask.asked ?? LEAST_OUTPUT), ask.thinking + 1);
  return tokens >= Math.min(least, ask.ceiling) ? Math.min(tokens, ask.ceiling) : null;
}

/**
 * Whether an account is as good as used up, so that its agent pauses (SPEC 7.4): what is left of a cap is under 0.5% of
 * it, or under the price of the smallest useful call. Null: it may go on.
 */
export function usedUp(budget: Budget, smallestCall: NanoUsd): Window | null {
  for (const window of WINDOWS) {
    const cap = budget.caps[window];
    if (cap === null) continue;
    const left = cap - budget.account.spent[window];
    if (left < cap * 0.005 || left < smallestCall) return window;
  }
  return null;
}
