/** What a call holds of its accounts, for its input and so much output; each growth is written down before it counts (SPEC 7.7). */
import { amountOf, hold, release } from "../core/budget.ts";
import type { NanoUsd } from "../core/money.ts";
import type { Usage } from "../core/usage.ts";
import type { HeldAmount } from "../store/store.ts";
import { type Correction, correctInput, plannedInput } from "./held-input.ts";
import type { Plan } from "./plan.ts";
import type { ScopedStake } from "./stakes.ts";

export interface Held {
  /** What is held of the call's price, and the tokens that it is held for. */
  readonly amount: HeldAmount;
  /** Tokens of output that are held. */
  readonly output: number;
  /** Whether the input turned out to be more than is held for it. */
  readonly isBehind: boolean;
  /** Holds so much output, and the input as it is known now, in place of what was held. False when that cannot be written down. */
  take(output: number): boolean;
  /** The input as the provider counts it: what is held too much goes back (true), more is held by the next `take`. */
  follow(usage: Usage): boolean;
  /** Gives everything back. */
  release(): void;
}

export interface HeldParts {
  readonly plan: Plan;
  readonly stakes: readonly ScopedStake[];
  /** Tokens of output that are held at first. */
  readonly output: number;
  readonly correction: Correction;
  /** Writes the new amount down; false when that could not be done. */
  grow(amount: HeldAmount): boolean;
}

/** Holds what is held at first, which has been written down already. */
export function createHeld({ plan, stakes, output: first, correction, grow }: HeldParts): Held {
  const { price } = plan;
  let input = plannedInput(plan);
  let output = first;
  let amount = amountWith(first);
  hold(stakes, first);

  function nanoWith(tokens: number): NanoUsd | null {
    return price === null ? null : Math.ceil(input.nano + price.outputRate * tokens);
  }

  function amountWith(tokens: number): HeldAmount {
    return { nano: nanoWith(tokens), tokensIn: input.tokens, tokensOut: tokens };
  }

  function isBehind(): boolean {
    return stakes.some((stake) => stake.held < amountOf(stake, output));
  }

  function take(tokens: number): boolean {
    const next = amountWith(tokens);
    if (!grow(next)) return false;
    hold(stakes, tokens);
    output = tokens;
    amount = next;
    return true;
  }

  return {
    get amount() {
      return amount;
    },
    get output() {
      return output;
    },
    get isBehind() {
      return isBehind();
    },
    take,
    follow(usage) {
      const corrected = correctInput(input, usage, correction);
      if (corrected === input) return false;
      input = corrected;
      for (const stake of stakes) stake.input = stake.budget.scope === "quota" ? input.tokens : input.nano;
      return !isBehind() && take(output);
    },
    release: () => release(stakes),
  };
}
