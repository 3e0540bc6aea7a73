/**
 * The input that is held for (SPEC 7.2): a bound when the call begins, in whose place comes what the provider counts while
 * it streams. Pure.
 */
import type { NanoUsd } from "../core/money.ts";
import type { Usage } from "../core/usage.ts";
import type { Plan } from "./plan.ts";

export interface HeldInput {
  readonly nano: NanoUsd;
  readonly tokens: number;
  /** The most that was reported so far; 0 before anything was. */
  readonly reported: number;
}

/** How a report may move what is held. */
export interface Correction {
  /** Whether input may come that the request does not show: then a report is never the last word, and lowers nothing. */
  readonly hidesInput: boolean;
  /** Whether nobody vouches for who reports: then what it says makes no hold larger. */
  readonly isStranger: boolean;
  /** What this input costs; null when that cannot be said. */
  price(usage: Usage): NanoUsd | null;
}

/** Before anything was reported. */
export function plannedInput({ price, inputTokens }: Plan): HeldInput {
  return { nano: price?.inputNano ?? 0, tokens: inputTokens, reported: 0 };
}

/**
 * What is to be held once this was reported: the first report counts as it is, a larger one later on only upwards. The same
 * value where it says nothing new.
 */
export function correctInput(held: HeldInput, usage: Usage, correction: Correction): HeldInput {
  const reported = usage.inputTokens ?? 0;
  if (reported <= held.reported) return held;
  const mayFall = held.reported === 0 && !correction.hidesInput;
  const follow = (was: number, is: number): number => {
    if (is < was) return mayFall ? is : was;
    return correction.isStranger ? was : is;
  };
  return {
    nano: follow(held.nano, correction.price(usage) ?? held.nano),
    tokens: follow(held.tokens, reported),
    reported,
  };
}

/** The usage without its output: what its input costs is its price. */
export function outputAside(usage: Usage): Usage {
  return { ...usage, outputTokens: 0, reasoningTokens: 0, billing: { ...usage.billing, outputTokens: 0 } };
}
