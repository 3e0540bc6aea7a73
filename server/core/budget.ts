/**
 * Budgets: what may be spent per hour, day and lifetime, held before it is spent (SPEC 7.1-7.4). Money in nano-dollars
 * and quotas in tokens follow the same law, each in its own unit. Pure but for `hold` and `release`, which change the
 * accounts. Refused for the cap is final; refused for others' holds is a wait.
 */

export type Window = "hour" | "day" | "total";

/** Limits of one account; null is no limit. */
export interface Caps {
  readonly hour: number | null;
  readonly day: number | null;
  readonly total: number | null;
}

/** What has settled in the current windows, and what calls in flight may still take. */
export interface Account {
  spent(window: Window): number;
  held: number;
}

/** An account, and its limits in force: asked for each time, so that a lower cap acts on the next call and extension. */
export interface Budget {
  readonly account: Account;
  readonly caps: () => Caps;
}

/** A call's part of one budget: what its input takes, what each token of output takes (may be a fraction), what it holds. */
export interface Stake {
  readonly budget: Budget;
  input: number;
  readonly rate: number;
  held: number;
}

export type Verdict<One extends Stake = Stake> =
  | { readonly kind: "fits" }
  /** Fits the cap, but not beside what others hold: waiting helps. */
  | { readonly kind: "busy"; readonly stake: One }
  /** More than the cap leaves: final until the window ends or the cap is raised. */
  | { readonly kind: "exceeded"; readonly stake: One; readonly window: Window };

const WINDOWS: readonly Window[] = ["hour", "day", "total"];
const FITS = { kind: "fits" } as const;

/** Whole units that a stake comes to with so much output. Rounds up: a hold is never too small. */
export function amountOf({ input, rate }: Stake, output: number): number {
  return Math.ceil(input + rate * output);
}

/**
 * Whether every budget has room for the call with so many tokens of output, beyond what the call holds already. An
 * exceeded cap outweighs a busy one, whichever comes first: who waits must have something to wait for.
 */
export function judge<One extends Stake>(stakes: readonly One[], output: number): Verdict<One> {
  let busy: Verdict<One> | null = null;
  for (const stake of stakes) {
    const { account } = stake.budget;
    const caps = stake.budget.caps();
    const amount = amountOf(stake, output);
    for (const window of WINDOWS) {
      const cap = caps[window];
      if (cap === null) continue;
      const left = cap - account.spent(window);
      if (amount > left) return { kind: "exceeded", stake, window };
      if (amount - stake.held > left - account.held) busy ??= { kind: "busy", stake };
    }
  }
  return busy ?? FITS;
}

/** Takes what the call needs for so many tokens of output, in place of what it held. In the turn in which `judge` said that it fits. */
export function hold(stakes: readonly Stake[], output: number): void {
  for (const stake of stakes) {
    const amount = amountOf(stake, output);
    stake.budget.account.held += amount - stake.held;
    stake.held = amount;
  }
}

/** Gives back all that the call holds. Doing it again changes nothing. */
export function release(stakes: readonly Stake[]): void {
  for (const stake of stakes) {
    stake.budget.account.held -= stake.held;
    stake.held = 0;
  }
}

/** The smallest answer that is worth asking for: a ceiling is never lowered below it. */
export const LEAST_OUTPUT = 256;

/** The output that a call asks for, in tokens. */
export interface Ask {
  /** Most tokens that the answer may have, over all choices. */
  readonly ceiling: number;
  /** Answers to the one request: each may fill its part of the ceiling. */
  readonly choices: number;
  /** What the client itself asked for, over all choices; null when it left that open. */
  readonly asked: number | null;
  /** Tokens that the client reserves for thinking, in each choice. */
  readonly thinking: number;
}

/** The least output that makes the call worth its while, over all choices. */
export function leastOutput({ ceiling, choices, asked, thinking }: Ask): number {
  const least = LEAST_OUTPUT * choices;
  return Math.min(Math.max(Math.min(least, asked ?? least), (thinking + 1) * choices), ceiling);
}

/**
 * The output ceiling that the caps leave beside settled spend: the asked one where it fits, else a lower one, never
 * because of others' holds, never under 256 or what the client asked, never under its thinking budget. Null when not even
 * that fits.
 */
export function affordedCeiling(stakes: readonly Stake[], ask: Ask): number | null {
  let tokens = ask.ceiling;
  for (const { budget, input, rate } of stakes) {
    const left = leastLeft(budget) - input;
    if (Math.ceil(rate * tokens) <= left) continue;
    tokens = Math.floor(left / rate);
    // A quotient that was rounded up on its way.
    if (Math.ceil(rate * tokens) > left) tokens--;
  }
  return tokens >= leastOutput(ask) ? tokens : null;
}

/**
 * Whether an account is as good as used up, so that its agent pauses (SPEC 7.4): what is left of a cap is under 0.5% of
 * it, or under the price of the smallest useful call. Null: it may go on.
 */
export function usedUp(budget: Budget, smallestCall: number): Window | null {
  const { account } = budget;
  const caps = budget.caps();
  for (const window of WINDOWS) {
    const cap = caps[window];
    if (cap === null) continue;
    const left = cap - account.spent(window);
    if (left < cap * 0.005 || left < smallestCall) return window;
  }
  return null;
}

/** What the caps of a budget leave beside settled spend; Infinity without a cap. Ignores holds. */
function leastLeft(budget: Budget): number {
  const { account } = budget;
  const caps = budget.caps();
  let least = Number.POSITIVE_INFINITY;
  for (const window of WINDOWS) {
    const cap = caps[window];
    if (cap !== null) least = Math.min(least, cap - account.spent(window));
  }
  return least;
}
