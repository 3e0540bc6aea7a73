/** What a call has tried before, without an answer (SPEC 12.5): it is charged and given back with the one ending. */
import type { NanoUsd } from "../core/money.ts";
import { addCounts } from "../core/usage.ts";
import type { HeldAmount } from "../store/store.ts";
import type { RunningHold } from "./running-hold.ts";

export interface Earlier {
  /** How many targets were tried. */
  readonly attempts: number;
  /** What those are charged whose request had left and whose answer did not come in time, and the tokens of it. Null: nothing, as far as is known. */
  readonly costNano: NanoUsd | null;
  readonly tokensIn: number;
  readonly tokensOut: number;
  /** Their holds: they stay until the call is settled. */
  readonly holds: readonly RunningHold[];
}

/** A call's first attempt. */
export const NOTHING_EARLIER: Earlier = { attempts: 0, costNano: null, tokensIn: 0, tokensOut: 0, holds: [] };

/** What the call holds in all: its present attempt, and what is still held for attempts that are charged. */
export function holdTogether(own: HeldAmount, { holds }: Earlier): HeldAmount {
  return holds.reduce<HeldAmount>(
    (sum, { amount }) => ({
      nano: addCounts(sum.nano, amount.nano),
      tokensIn: addCounts(sum.tokensIn, amount.tokensIn),
      tokensOut: addCounts(sum.tokensOut, amount.tokensOut),
    }),
    own,
  );
}

/** What is still held for attempts that are charged. */
export function heldEarlier({ holds }: Earlier): NanoUsd {
  return holds.reduce((sum, { nano }) => sum + (nano ?? 0), 0);
}
