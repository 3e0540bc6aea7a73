/** What a call used and what it is charged, however it came to its end (SPEC 7.3). Pure. */
import type { Ending } from "../core/call.ts";
import type { Instant } from "../core/duration.ts";
import { type NanoUsd, renderUsd } from "../core/money.ts";
import { addCounts, atLeastMade, UNKNOWN_USAGE, type Usage } from "../core/usage.ts";
import type { AnswerReading } from "../protocols/protocol.ts";
import type { Call } from "./call.ts";
import type { Earlier } from "./earlier.ts";
import { isFree } from "./metered.ts";
import { outputBy, type Plan } from "./plan.ts";

/** How a call came to its end. */
export interface Outcome {
  readonly ending: Ending;
  /** The status that the client was given, or null when it was given none. */
  readonly status: number | null;
  /** The status that the upstream gave; left out when it gave none. */
  readonly upstreamStatus?: number;
  /** Why it is not complete, or the provider's own error code. */
  readonly error: string | null;
  /** What was learnt from the answer, or null when there was none to read. */
  readonly reading: AnswerReading | null;
  /** Whether the answer passed without being read: what it used is unknown. */
  readonly isUnread?: boolean;
  /** Whether an event of a stream has come that was no error. */
  readonly hasBegun?: boolean;
  /** Whether the request reached the upstream: what never left costs nothing. */
  readonly sent: boolean;
}

/** What a call used, and what it is charged for it. */
export interface Bill {
  readonly usage: Usage | null;
  readonly source: "reported" | "estimated" | null;
  /** Null when the price is unknown. */
  readonly costNano: NanoUsd | null;
}

/** What a call is charged (the table of SPEC 7.3). */
export function makeBill(call: Call, outcome: Outcome, now: Instant): Bill {
  const { reading } = outcome;
  if (!outcome.sent || isRefused(outcome)) return { usage: null, source: null, costNano: 0 };
  if (call.plan === null) {
    return { usage: null, source: null, costNano: isFree(call.method, call.located.operation) ? 0 : null };
  }
  if (isFruitless(outcome, call.plan)) return { usage: null, source: null, costNano: 0 };
  if (isMadeLater(call, reading)) return { usage: null, source: null, costNano: chargeFor(call, null) };
  const metered = meterUsage(call, call.plan, outcome, now);
  const costNano =
    metered.source === "estimated" && reading?.usage == null
      ? priceEstimate(call.plan, metered.usage)
      : priceOf(call, metered.usage, reading, now);
  return { ...metered, costNano: chargeFor(call, costNano) };
}

/** The call uses and costs what its attempts did together. Where the price of one is unknown, the others' are charged. */
export function withEarlier({ usage, source, costNano }: Bill, earlier: Earlier): Bill {
  if (earlier.holds.length === 0) return { usage, source, costNano };
  const known = usage ?? UNKNOWN_USAGE;
  return {
    usage: {
      ...known,
      inputTokens: addCounts(known.inputTokens, earlier.tokensIn),
      outputTokens: addCounts(known.outputTokens, earlier.tokensOut),
    },
    source: "estimated",
    costNano: addCounts(costNano, earlier.costNano),
  };
}

/**
 * What becomes of a cost. Under a money cap nothing passes for free because its price turned out to be unknown: it costs
 * what was held. And what a host says that nobody vouches for never uses up more of a budget than was held of it.
 */
function chargeFor({ hold, isStranger }: Call, costNano: NanoUsd | null): NanoUsd | null {
  if (costNano === null) return hold?.isCapped ? hold.nano : null;
  return isStranger && hold?.nano != null ? Math.min(costNano, hold.nano) : costNano;
}

/** Input at the price that was held for it, and the output that must have been made. */
function priceEstimate({ price }: Plan, usage: Usage | null): NanoUsd | null {
  if (price === null) return null;
  return Math.round(price.inputNano + price.outputRate * (usage?.outputTokens ?? 0));
}

/** Whether the upstream did not do what it was asked for, whatever became of its explanation. */
function isRefused({ upstreamStatus }: Outcome): boolean {
  return upstreamStatus !== undefined && (upstreamStatus < 200 || upstreamStatus > 299);
}

/**
 * Whether the answer shows that nothing was generated: it has no content, or an error in place of any. Where reasoning is
 * hidden, an error that comes later may have been thought over for long.
 */
function isFruitless({ upstreamStatus, reading, hasBegun }: Outcome, { hidesReasoning }: Plan): boolean {
  if (upstreamStatus === 204 || upstreamStatus === 205) return true;
  if (reading === null || reading.error === null || (hasBegun && hidesReasoning)) return false;
  return reading.usage === null && reading.visibleBytes === 0;
}

/** Whether the answer is made in the background: nobody reports what it uses, and it is not nothing (SPEC 7.8). */
function isMadeLater({ isBackground }: Call, reading: AnswerReading | null): boolean {
  return isBackground && reading?.isPending === true && reading.usage === null;
}

/** What was reported, as far as it was: of an answer that was cut off, the output is what must have been made of it. */
function meterUsage(
  call: Call,
  plan: Plan,
  outcome: Outcome,
  now: Instant,
): { readonly usage: Usage | null; readonly source: Bill["source"] } {
  const { reading } = outcome;
  const reported = reading?.usage ?? null;
  if (call.located.operation.kind !== "generate") {
    return { usage: reported, source: reported && "reported" };
  }
  const made = outputMade(call, plan, outcome, now);
  if (reading === null || reported === null) {
    return {
      usage: { ...UNKNOWN_USAGE, inputTokens: plan.inputTokens, outputTokens: made },
      source: "estimated",
    };
  }
  if (isReported(reading)) return { usage: reported, source: "reported" };
  return { usage: atLeastMade(reported, made), source: "estimated" };
}

/** Tokens that must have been made, where nobody reports them. Never more than was held: a cap holds whatever comes. */
function outputMade(call: Call, plan: Plan, { reading, isUnread }: Outcome, now: Instant): number {
  const held = call.hold?.output ?? plan.ceiling;
  if (isUnread) return held;
  const bound = call.hold?.bound ?? Number.POSITIVE_INFINITY;
  // Of an answer that comes whole, nothing is seen before its end.
  const isHidden = plan.hidesReasoning || (!call.stream && reading === null);
  const seen = reading?.visibleBytes ?? 0;
  return Math.min(held, outputBy({ ...plan, hidesReasoning: isHidden }, seen, now - call.admitted, bound));
}

/** Whether the answer told all that it used. */
export function isReported({ usage, ended, visibleBytes }: AnswerReading): boolean {
  return ended && usage !== null && (usage.outputTokens !== null || visibleBytes === 0);
}

/** The price of the model that answered, else of the one that was asked for; null when neither is known. */
function priceOf(
  call: Call,
  usage: Usage | null,
  reading: AnswerReading | null,
  now: Instant,
): NanoUsd | null {
  const asked = Object.fromEntries((call.plan?.surcharges ?? []).map((unit) => [unit, 1]));
  const units = { ...asked, ...reading?.units };
  if (usage === null && Object.keys(units).length === 0) return null;
  const models = [reading?.model ?? null, call.model];
  return call.prices.cost(call.provider, models, usage ?? UNKNOWN_USAGE, reading?.passes ?? [], units, now);
}

/** The cost as the header `x-tollgate-cost` says it, or null when it is unknown. */
export function renderCost(bill: Bill | null): string | null {
  return bill === null || bill.costNano === null ? null : renderUsd(bill.costNano);
}
