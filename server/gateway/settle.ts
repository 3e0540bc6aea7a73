/** The one ending of a call: its line in the journal, its hold closed, its agent charged, what it has taken given back. */
import type { Instant } from "../core/duration.ts";
import type { Store } from "../store/store.ts";
import { isError } from "../store/tally.ts";
import { type Bill, isReported, makeBill, type Outcome, withEarlier } from "./bill.ts";
import type { Call } from "./call.ts";
import { describeCallLine } from "./call-line.ts";
import type { LiveFleet } from "./fleet.ts";
import { errorCode } from "./forward.ts";
import type { RunState } from "./runs.ts";

export interface SettleContext {
  readonly now: () => Instant;
  readonly store: Store;
  readonly fleet: LiveFleet;
  /** Gives back what the call has taken, after it was charged: whoever waits for it begins in this very turn. */
  giveBack(call: Call, outcome: Outcome, bill: Bill, now: Instant): void;
  log(message: string): void;
}

/**
 * Ends a call: exactly once, whoever comes first; later endings change nothing and are told null. The line is with the
 * system when this returns, so what the client has not been given yet may follow.
 */
export function settle(call: Call, outcome: Outcome, context: SettleContext): Bill | null {
  if (call.ended) return null;
  const now = context.now();
  const own = billFor(call, outcome, now, context);
  const bill = withEarlier(own, call.earlier);
  call.ended = true;
  // Sums that are begun with the journal's must not have this call's already.
  context.fleet.turn(now);
  context.store.journal.append(describeCallLine(call, outcome, bill, now));
  context.store.holds.close(call.id);
  if (call.charged.run) chargeRun(call.charged.run, bill);
  context.fleet.settled(
    call.agent,
    call.charged.owner,
    {
      tokensIn: Math.max(0, bill.usage?.inputTokens ?? 0),
      tokensOut: Math.max(0, bill.usage?.outputTokens ?? 0),
      costNano: bill.costNano,
      isError: isError(outcome),
    },
    now,
  );
  // What is usual for a model is learnt from the attempt that answered.
  context.giveBack(call, outcome, { ...bill, usage: own.usage }, now);
  return bill;
}

function chargeRun(run: RunState, { costNano }: Bill): void {
  run.calls++;
  run.inFlight--;
  run.costNano += costNano ?? 0;
}

/** A defect must not keep a call from its ending: what it cost is unknown then, and the operator is told. */
function billFor(call: Call, outcome: Outcome, now: Instant, { log }: SettleContext): Bill {
  const { reading } = outcome;
  try {
    if (reading && !isReported(reading)) call.hold?.catchUp(reading, now);
    return makeBill(call, outcome, now);
  } catch (cause) {
    log(`the cost of call ${call.id} could not be worked out: ${errorCode(cause)}`);
    return { usage: null, source: null, costNano: null };
  }
}
