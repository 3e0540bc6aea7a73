/**
 * One target after another, until one answers (SPEC 12.5). Each try holds anew, crosses its own breakers and takes its own
 * slot; the call stays one: one line, one settlement, one part of the agent's rates.
 */
import type { Millis } from "../../core/duration.ts";
import type { NoteLine } from "../../core/event.ts";
import type { Refusal } from "../../core/refusal.ts";
import { addCounts } from "../../core/usage.ts";
import type { AnswerContext } from "../answer.ts";
import type { LetIn } from "../begin.ts";
import { makeBill, type Outcome } from "../bill.ts";
import { type Call, endingOf } from "../call.ts";
import { depart } from "../depart.ts";
import type { Earlier } from "../earlier.ts";
import type { Departure, UpstreamFailure } from "../forward.ts";
import { type DoorContext, letIn, letInAgain } from "../let-in.ts";
import type { Applicant } from "../newcomer.ts";
import { originOf } from "../upstream-key.ts";
import { judgeEnding } from "../verdict.ts";
import { type Aimed, type Asked, aim } from "./aim.ts";
import { chooseStep, type Failure, failureOf } from "./attempts.ts";
import type { Target } from "./targets.ts";
import { waitAgain } from "./wait-again.ts";

/** A call that is in, at one of its targets. */
export interface Try {
  readonly call: Call;
  readonly aimed: Aimed;
  /** The caller's own key, where that pays. */
  readonly ownKey: string | null;
  readonly departure: Departure;
  readonly answering: AnswerContext;
}

export interface Tries {
  /** The first target that lets the call in; null when its client left before. */
  begin(): Promise<Try | Refusal | null>;
  /**
   * The try after one that came to this, or null where that is the answer. What the failed one has taken and is not
   * charged for has been given back then.
   */
  next(failed: Try, result: Response | UpstreamFailure): Promise<Try | null> | null;
}

/** Watches over a call that has begun, until its answer is over. */
export type Accompany = (call: Call, aimed: Aimed) => AnswerContext;

type Known = Omit<Applicant, "prepared" | "destination" | "ownKey" | "isUnderstudy">;

/** The tries of one call. `targets` has one at least. */
export function createTries(
  known: Known,
  asked: Asked,
  targets: readonly Target[],
  accompany: Accompany,
  context: DoorContext,
): Tries {
  const { controls, now, store } = context;
  const { retries } = asked.setup.agent(known.identity.name);
  /** Index of the target at hand. */
  let current = 0;
  let retried = 0;

  function applicantFor({ destination, prepared }: Aimed): Applicant {
    return { ...known, destination, prepared, ownKey: ownKeyOf(destination), isUnderstudy: current > 0 };
  }

  function ownKeyOf({ ownKey }: Aimed["destination"]): string | null {
    return ownKey ? asked.caller.own : null;
  }

  /** How long the key rests that pays there. */
  function restOf({ destination }: Aimed): Millis {
    const { key, located } = destination;
    return controls.keyRest.check(originOf(located.url), key ?? ownKeyOf(destination), now());
  }

  /** Before anything is taken: a key that fits in no header is found here. */
  function pack({ headers, destination, prepared }: Aimed): Departure {
    return depart(headers, destination, prepared, asked.setup.settings);
  }

  function embark(aimed: Aimed, packed: Departure, { call, body }: LetIn): Try {
    const departure = { ...packed, body };
    const answering = accompany(call, aimed);
    return { call, aimed, ownKey: ownKeyOf(aimed.destination), departure, answering };
  }

  async function begin(): Promise<Try | Refusal | null> {
    let refused: Refusal | null = null;
    for (; current < targets.length; current++) {
      const aimed = aimAtCurrent();
      if ("reason" in aimed) {
        refused ??= aimed;
        // What the client asked for cannot be had: another target is no answer to that.
        if (current === 0) return aimed;
        continue;
      }
      if (refused === null) known.visit.provider = aimed.destination.provider.id;
      const packed = pack(aimed);
      const entered = await letIn(applicantFor(aimed), context);
      if (entered === null) return null;
      if (!("reason" in entered)) return embark(aimed, packed, entered);
      refused ??= entered;
      // What is wrong with the target, another may make good; what is wrong with the call, none.
      const isLimited = entered.reason === "rate_limited" && restOf(aimed) > 0;
      if (entered.reason !== "breaker_open" && !isLimited) return refused;
    }
    return refused;
  }

  function aimAtCurrent(): Aimed | Refusal {
    const target = targets[current];
    if (!target) throw new Error("no target is left");
    const aimed = aim(asked, target);
    if ("reason" in aimed) return aimed;
    const destination = controls.keyTurns.choose(aimed.destination, asked.setup, now());
    return destination === aimed.destination ? aimed : { ...aimed, destination };
  }

  function next(failed: Try, result: Response | UpstreamFailure): Promise<Try | null> | null {
    const failure = failureOf(result, failed.call.stopped, now());
    if (failure === null || (retries === 0 && current + 1 >= targets.length)) return null;
    return goOn(failed, result, failure);
  }

  async function goOn(
    failed: Try,
    result: Response | UpstreamFailure,
    failure: Failure,
  ): Promise<Try | null> {
    const again = aimAtCurrent();
    const step = chooseStep(failure, {
      retries,
      retried,
      hasFallback: current + 1 < targets.length,
      isOtherKey: !("reason" in again) && again.destination.key !== failed.aimed.destination.key,
      rest: "reason" in again ? 0 : restOf(again),
    });
    if (step.kind === "none") return null;
    const earlier = giveUp(failed, result);
    if (step.kind === "retry") {
      retried++;
      await waitAgain(failed.call, step.wait, context);
      if (failed.call.stopped !== null) return null;
      const retriedAt = tryWith(again, failed, earlier);
      if (retriedAt) return retriedAt;
    }
    while (current + 1 < targets.length) {
      current++;
      retried = 0;
      const begun = tryWith(aimAtCurrent(), failed, earlier);
      if (begun) return begun;
    }
    return null;
  }

  /** The target at hand is skipped where it cannot be had at once. */
  function tryWith(aimed: Aimed | Refusal, failed: Try, earlier: Earlier): Try | null {
    if ("reason" in aimed) return skip(aimed);
    const packed = pack(aimed);
    const entered = letInAgain(applicantFor(aimed), earlier, context);
    if ("reason" in entered) return skip(entered);
    failed.answering.closed();
    return embark(aimed, packed, entered);
  }

  function skip({ reason }: Refusal): null {
    note("attempt.skipped", { target: nameOf(targets[current]), reason });
    return null;
  }

  /** Gives back what a failed try has taken; what it is charged for stays held until the call is settled. */
  function giveUp({ call }: Try, result: Response | UpstreamFailure): Earlier {
    const outcome = outcomeOf(call, result);
    const at = now();
    const { usage, costNano } = makeBill(call, outcome, at);
    if (judgeEnding(outcome) === "failure") call.crossing.fail(at);
    else call.crossing.giveBack();
    const { earlier } = call;
    const kept = usage !== null || costNano !== 0 ? call.hold : null;
    if (kept) kept.freeze();
    else call.hold?.release();
    call.releaseSlot();
    note("attempt.failed", {
      attempt: earlier.attempts + 1,
      provider: call.provider.id,
      model: call.model,
      status: outcome.upstreamStatus,
      error: outcome.error,
      cost_nano: costNano,
    });
    return {
      attempts: earlier.attempts + 1,
      costNano: kept ? addCounts(earlier.costNano, costNano) : earlier.costNano,
      tokensIn: earlier.tokensIn + (usage?.inputTokens ?? 0),
      tokensOut: earlier.tokensOut + (usage?.outputTokens ?? 0),
      holds: kept ? [...earlier.holds, kept] : earlier.holds,
    };
  }

  function note(event: string, detail: NonNullable<NoteLine["detail"]>): void {
    const { id } = known.visit;
    const { name } = known.identity;
    const time = new Date(now()).toISOString();
    store.journal.append({ type: "attempt", event, time, request_id: id, agent: name, detail });
  }

  return { begin, next };
}

/** How a call ends whose last try came to this. */
export function outcomeOf(call: Call, result: Response | UpstreamFailure): Outcome {
  const ending = endingOf(call.stopped);
  if ("refusal" in result) {
    const status = ending === "gone" ? null : result.refusal.status;
    return { ending, status, error: result.error, reading: null, sent: result.sent };
  }
  const { status } = result;
  return { ending: "complete", status, upstreamStatus: status, error: null, reading: null, sent: true };
}

function nameOf(target: Target | undefined): string {
  return target ? `${target.provider.id}/${target.model}` : "";
}
