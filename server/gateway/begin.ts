/**
 * How a call begins: it takes everything in the turn in which no gate said no (SPEC 6.2). What it takes lives as long as
 * its answer, so nothing in it may lead back to the request's body.
 */
import type { Instant } from "../core/duration.ts";
import { type Refusal, refusal } from "../core/refusal.ts";
import type { HeldAmount, Store } from "../store/store.ts";
import type { Grant } from "./afford.ts";
import type { Arrival } from "./arrival.ts";
import { type Call, createCall, holdOf, stopCall, type Taken } from "./call.ts";
import { type Earlier, holdTogether, NOTHING_EARLIER } from "./earlier.ts";
import type { LiveFleet } from "./fleet.ts";
import { outputAside } from "./held-input.ts";
import { costOf, type Plan } from "./plan.ts";
import type { Prepared } from "./prepare.ts";
import { type RunningHold, type Shortage, takeHold } from "./running-hold.ts";
import { grantOf, take } from "./take.ts";
import type { Watchdog } from "./watchdog.ts";

/** A call that is in, and the body that it leaves with. */
export interface LetIn {
  readonly call: Call;
  readonly body: Uint8Array<ArrayBuffer>;
}

export interface BeginContext {
  readonly now: () => Instant;
  readonly store: Store;
  readonly fleet: LiveFleet;
  readonly watchdog: Watchdog;
}

/**
 * Takes everything, in the turn in which `admit` found nothing in its way; refused where its hold cannot be written down.
 * A defect before that has taken nothing.
 */
export function begin(
  arrival: Arrival,
  charged: Call["charged"],
  prepared: Pick<Prepared, "body" | "lower">,
  context: BeginContext,
  earlier = NOTHING_EARLIER,
): LetIn | Refusal {
  const { facts, setup, now } = arrival;
  const grant = grantOf(arrival);
  const body = bodyOf(prepared, grant);
  // Of a price that nobody knows, a crash charges what was held before it at least.
  const amount = holdTogether(heldAmount(facts.plan, grant), earlier);
  const isHeld = context.store.holds.open(holdOf(facts, charged, amount, now));
  if (!isHeld && setup.settings.audit.on_failure === "stop") return unheld();
  const { isLoop, ...taken } = take(arrival);
  if (isLoop) noteLoop(arrival, context.store);
  return { call: start(arrival, charged, taken, grant, context, earlier), body };
}

function heldAmount(plan: Plan | null, grant: Grant | null): HeldAmount {
  if (plan === null || grant === null) return { nano: null, tokensIn: null, tokensOut: null };
  return { nano: costOf(plan, grant.output), tokensIn: plan.inputTokens, tokensOut: grant.output };
}

function bodyOf({ body, lower }: Pick<Prepared, "body" | "lower">, grant: Grant | null): LetIn["body"] {
  const told = grant?.told ?? null;
  return told === null ? body : (lower?.(told) ?? body);
}

function start(
  arrival: Arrival,
  charged: Call["charged"],
  taken: Omit<Taken, "hold" | "clamped" | "earlier">,
  grant: Grant | null,
  context: BeginContext,
  earlier: Earlier,
): Call {
  const { facts, agent, setup, now } = arrival;
  const { header_timeout, answer_timeout } = setup.settings.gateway;
  const deadline = now + (facts.stream ? header_timeout : answer_timeout);
  const hold =
    grant && facts.plan
      ? holdFor(facts.plan, grant, arrival, earlier, context, (why) => stopCall(call, why))
      : null;
  const call: Call = createCall(
    facts,
    { ...taken, hold, clamped: grant?.told ?? null, earlier },
    agent,
    charged,
    deadline,
  );
  if (charged.owner) context.fleet.engage(agent, charged.owner);
  if (arrival.isAgain) return call;
  context.fleet.began(agent, now);
  if (charged.run) charged.run.inFlight++;
  return call;
}

function holdFor(
  plan: Plan,
  grant: Grant,
  { facts, stakes, controls, setup, now: started }: Arrival,
  earlier: Earlier,
  { now, store, watchdog }: BeginContext,
  stop: (why: Shortage) => void,
): RunningHold {
  const { id, provider, model, prices, isStranger } = facts;
  const goesOnUnwritten = setup.settings.audit.on_failure === "continue";
  const isTold = grant.told !== null || plan.asked !== null;
  return takeHold({
    plan,
    stakes,
    output: grant.output,
    toldCeiling: isTold ? grant.ceiling : null,
    isStranger,
    started,
    now,
    waiting: controls.waiting,
    watchdog,
    grow: (amount) => store.holds.grow(id, holdTogether(amount, earlier)) || goesOnUnwritten,
    priceInput: (usage) => prices.cost(provider, [model], outputAside(usage), [], {}, now()),
    stop,
  });
}

function noteLoop({ now, terms, setup, identity, controls, agent }: Arrival, { journal }: Store): void {
  const { window, threshold, action } = terms.loops;
  const time = new Date(now).toISOString();
  const { name } = identity;
  journal.append({
    type: "agent",
    event: "loop.detected",
    time,
    agent: name,
    owner: agent.owner ?? undefined,
    purpose: agent.purpose ?? undefined,
    detail: { window, threshold, action },
  });
  controls.reputation.observe(name, { kind: "loop" }, now, controls.trustTermsOf(name, setup));
}

function unheld(): Refusal {
  const message =
    "No call passes while what is in flight cannot be written down. Check the disk of gateway.data_dir.";
  return refusal("journal_unavailable", message, 5000);
}
