/** What a call may take: its input at the dearest rate, its output up to a ceiling (SPEC 7.2). Pure. */
import type { Ask } from "../core/budget.ts";
import type { Instant, Millis } from "../core/duration.ts";
import type { NanoUsd } from "../core/money.ts";
import { makesMedia } from "../protocols/media-output.ts";
import { hidesReasoning } from "../protocols/reasoning.ts";
import { isUnreported } from "../protocols/surcharges.ts";
import type { Foresight, Prices } from "../providers/prices.ts";
import type { Operation, Provider } from "../providers/provider.ts";
import { type CeilingPlan, planCeiling } from "./plan-ceiling.ts";
import { BYTES_PER_TOKEN, countInput } from "./plan-input.ts";
import { type Prepared, takesCeiling } from "./prepare.ts";
import type { AgentTerms } from "./terms.ts";

export interface Plan extends Ask, Omit<CeilingPlan, "each"> {
  /** Tokens of input, an upper bound; what cannot be seen counts as the model's whole context. */
  readonly inputTokens: number;
  /** Whether more input may be charged than the request shows: files, documents, what came before. */
  readonly hidesInput: boolean;
  /** Null when the price of the call is not known. */
  readonly price: PlannedPrice | null;
  /** Tokens of output that are held when the call begins; the ceiling unless it streams. */
  readonly slice: number;
  /** What it is charged for and no answer reports, by the names of the price list. */
  readonly surcharges: readonly string[];
  /** Whether output is made that the answer's text does not show. */
  readonly hidesReasoning: boolean;
}

/** What the planned call costs at most. */
export interface PlannedPrice {
  readonly inputNano: NanoUsd;
  /** Nano-dollars per token of output. */
  readonly outputRate: number;
  /** Nano-dollars per token of input, where the provider corrects their number. */
  readonly inputRate: number;
}

/** A stream holds so much of its output at first, at least. */
export const LEAST_SLICE = 1_024;
/** A text whose tokens are longer than this on average is none. */
const LONG_TOKEN = 6;
/** How fast reasoning that nobody sees is made, at most. */
const REASONING_TOKENS_PER_SECOND = 300;

/** Operations whose answers have no tokens of output. */
const WITHOUT_OUTPUT: ReadonlySet<string> = new Set(["embeddings", "moderations", "classify", "rerank"]);

export interface PlanFacts {
  readonly provider: Provider;
  readonly operation: Operation;
  readonly prepared: Prepared;
  readonly terms: AgentTerms;
  readonly prices: Prices;
  /** Output that 95% of the agent's answers of this model stayed under; 0 where none was seen. Asked for streams alone. */
  usualOutput(): number;
  readonly now: Instant;
}

/** The plan of a call that is metered. */
export function planCall({
  provider,
  operation,
  prepared,
  terms,
  prices,
  usualOutput,
  now,
}: PlanFacts): Plan {
  const { model, demand, input, stream } = prepared;
  const context = prices.contextWindow(provider, model);
  const { seen, held: inputTokens } = countInput(provider.overhead, prepared, context);
  const foresight = prices.foresee(provider, model, inputTokens, demand, now);
  const isMedia = makesMedia(model, demand, operation.name);
  const choices = demand.choices;
  const limit = takesCeiling(operation) ? terms.quota.max_output_tokens : null;
  const own = planCeiling({ provider, model, demand, limit, context, seen });
  const ceiling = WITHOUT_OUTPUT.has(operation.name) ? 0 : own.each * choices;
  const price = priceOf(foresight, isMedia, ceiling, inputTokens, input.mediaTokens);
  const isSliced = stream && terms.budget.hold === "slices";
  return {
    inputTokens,
    hidesInput: demand.hiddenInput,
    price,
    choices,
    ceiling,
    asked: demand.ceiling === null ? null : demand.ceiling * choices,
    thinking: demand.thinkingBudget,
    slice: isSliced ? Math.min(ceiling, Math.max(LEAST_SLICE, usualOutput())) : ceiling,
    surcharges: demand.surcharges.filter(isUnreported),
    hidesReasoning: hidesReasoning(model, demand),
    room: own.room,
    imposesCeiling: own.imposesCeiling,
    isUnkept: own.isUnkept && takesCeiling(operation) && price !== null && price.outputRate > 0,
  };
}

/**
 * Tokens of output that must have been made by now: of the text seen, or, where reasoning is hidden, by the clock. `bound`
 * is what the provider was told to make at most: long words do not make an answer outgrow it, a great deal of text does.
 */
export function outputBy(
  { hidesReasoning: isHidden, ceiling }: Plan,
  visibleBytes: number,
  elapsed: Millis,
  bound: number,
): number {
  const seen = Math.ceil(visibleBytes / BYTES_PER_TOKEN);
  if (seen > bound) return visibleBytes > bound * LONG_TOKEN ? seen : bound;
  const thought = Math.ceil((elapsed / 1_000) * REASONING_TOKENS_PER_SECOND);
  return isHidden ? Math.max(seen, Math.min(ceiling, bound, thought)) : seen;
}

/** How long it takes at least to make so much output that nobody sees. */
export function thinkingTime(tokens: number): Millis {
  return Math.floor((tokens / REASONING_TOKENS_PER_SECOND) * 1_000);
}

/** What a call costs with so much output, at most; null when its price is not known. Rounds up. */
export function costOf({ price }: Plan, output: number): NanoUsd | null {
  return price === null ? null : Math.ceil(price.inputNano + price.outputRate * output);
}

/** The price of the smallest call that is worth making with this model: 1,000 tokens of input and 64 of output. */
export function smallestCall({ price }: Plan): NanoUsd {
  return price === null ? 0 : Math.ceil(1_000 * price.inputRate + 64 * price.outputRate);
}

function priceOf(
  foresight: Foresight | null,
  isMedia: boolean,
  ceiling: number,
  inputTokens: number,
  mediaTokens: number,
): PlannedPrice | null {
  if (foresight === null) return null;
  const { text, media } = foresight;
  const output = isMedia ? foresight.mediaOutput : foresight.output;
  if (output === null && ceiling > 0) return null;
  const ofMedia = Math.min(mediaTokens, inputTokens);
  return {
    inputNano: Math.ceil((inputTokens - ofMedia) * text + ofMedia * media),
    outputRate: output ?? 0,
    inputRate: text,
  };
}
