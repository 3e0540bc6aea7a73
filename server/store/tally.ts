/** What a journal line adds to sums: the one place that says what counts as a call, an error, a refusal. Pure. */
import type { Tally } from "../core/agent.ts";
import type { Ending } from "../core/call.ts";
import type { BlockedLine, CallLine } from "../core/event.ts";

/** The part of a line that counts. Lines that are neither calls nor refusals count nothing. */
export interface Countable {
  readonly type: string;
}

/** How a call ended, and with which status, if any. */
export interface Ended {
  readonly ending: Ending;
  readonly status?: number | null | undefined;
}

/**
 * Adds a line to a tally. A call of unknown cost is counted as unpriced, never as free; a line that stands for several
 * refusals (SPEC 6.5) counts them all.
 */
export function addLine(tally: Tally, line: Countable): void {
  if (isCall(line)) {
    tally.calls += 1;
    if (isError(line)) tally.errors += 1;
    tally.tokensIn += line.tokens_in ?? 0;
    tally.tokensOut += line.tokens_out ?? 0;
    if (line.cost_nano === null) tally.unpriced += 1;
    else tally.costNano += line.cost_nano;
  } else if (isRefusal(line)) tally.blocked += line.count ?? 1;
}

/** Adds one tally to another. */
export function addTally(tally: Tally, more: Tally): void {
  tally.calls += more.calls;
  tally.errors += more.errors;
  tally.blocked += more.blocked;
  tally.tokensIn += more.tokensIn;
  tally.tokensOut += more.tokensOut;
  tally.costNano += more.costNano;
  tally.unpriced += more.unpriced;
}

/**
 * Whether a call failed for its agent (SPEC 10): an error status, or an answer that broke off. One who left is no error, nor
 * what the gateway ended itself, whatever that was told as (SPEC 6.5).
 */
export function isError({ ending, status }: Ended): boolean {
  return ending === "failed" || (ending !== "cut" && (status ?? 0) >= 400);
}

/** Whether the line is that of a call which was let in. */
export function isCall(line: Countable): line is CallLine {
  return line.type === "call";
}

function isRefusal(line: Countable): line is BlockedLine {
  return line.type === "blocked";
}
