/**
 * Lets calls in: tries the gates, and where none says no takes everything in that same turn of the loop (SPEC 6.2). What
 * passes by itself is waited for, without having taken anything.
 */
import type { Identity } from "../core/agent.ts";
import type { Refusal } from "../core/refusal.ts";
import { findPayer } from "./accounts.ts";
import { admit } from "./admit.ts";
import type { Admission, Arrival } from "./arrival.ts";
import { type BeginContext, begin, type LetIn } from "./begin.ts";
import type { Earlier } from "./earlier.ts";
import { type EntranceContext, enter, type Obstacle } from "./entrance.ts";
import { factsAtHand } from "./facts-at-hand.ts";
import { type Applicant, introduce, type Newcomer, type NewcomerContext } from "./newcomer.ts";
import type { PolicyVerdict } from "./policies.ts";
import { hasMoneyCap } from "./stakes.ts";

export interface DoorContext
  extends NewcomerContext,
    BeginContext,
    Pick<EntranceContext, "every" | "watchdog" | "closing"> {
  /** What holds for every call at this moment. */
  admission(identity: Identity, setup: Admission["setup"]): Admission;
}

/** The call once it is in, its refusal, or null when its client left before. Whatever it waits for, it takes nothing. */
export function letIn(
  applicant: Applicant,
  context: DoorContext,
): LetIn | Refusal | null | Promise<LetIn | Refusal | null> {
  const { visit, prepared } = applicant;
  const { now, every, watchdog, closing, controls } = context;
  let newcomer: Newcomer | null = null;
  let isDelayed = false;
  return enter(attempt, visit.started, visit.request.signal, {
    now,
    every,
    watchdog,
    closing,
    waiting: controls.waiting,
    lanes: controls.lanes,
  });

  function attempt(): LetIn | Refusal | Obstacle {
    // While it waited, another call or a reload may have said who pays.
    if (newcomer === null || hasNewPayer(newcomer, context)) newcomer = introduce(applicant, context);
    const tried = { isDelayed, canLower: prepared.lower !== null, isAgain: false };
    const arrival = arrive(newcomer, tried, context);
    const stopped = admit(arrival);
    if (!stopped) return begin(arrival, newcomer.charged, prepared, context);
    if ("wait" in stopped) isDelayed ||= stopped.wait === "delay";
    else if (!applicant.isUnderstudy)
      controls.suffer(stopped, arrival.agent.name, arrival.setup, arrival.now);
    return stopped;
  }
}

/**
 * Lets a call in once more, for another target, after what was tried before has failed (SPEC 12.5): at once or not at all.
 */
export function letInAgain(applicant: Applicant, earlier: Earlier, context: DoorContext): LetIn | Refusal {
  const newcomer = introduce(applicant, context, earlier);
  const tried = { isDelayed: true, canLower: applicant.prepared.lower !== null, isAgain: true };
  const arrival = arrive(newcomer, tried, context);
  const stopped = admit(arrival);
  if (!stopped) return begin(arrival, newcomer.charged, applicant.prepared, context, earlier);
  if (!("wait" in stopped)) return stopped;
  if (stopped.wait === "delay") throw new Error("a call that has been let in is not held back again");
  return stopped.late;
}

/** Also where no call was let in for its owner yet: whoever begins holds on the state that is kept from then on. */
function hasNewPayer({ agent, facts, charged }: Newcomer, { fleet, setup }: DoorContext): boolean {
  return findPayer(agent, facts.owner, setup(), fleet) !== charged.owner;
}

/** The call at this moment, under the configuration in force now: one that has waited is let in by no rule that is gone. */
function arrive(
  { agent, facts, budgets, stakes, charged, fingerprint, upstream }: Newcomer,
  tried: Pick<Arrival, "isDelayed" | "canLower" | "isAgain">,
  context: DoorContext,
): Arrival {
  const { controls } = context;
  const { identity } = facts;
  const now = context.now();
  const setup = context.setup();
  context.fleet.turn(now);
  const { tier, terms } = controls.standing(agent.name, setup, identity.key !== null);
  controls.liftIfOver(agent, terms, now);
  let verdict: PolicyVerdict | null = null;
  return {
    ...context.admission(identity, setup),
    ...tried,
    facts,
    agent,
    terms,
    tier,
    controls,
    // Rules are asked when their gate is reached, and once: what they bring about is told on the way.
    get policies() {
      const describe = () => factsAtHand(facts, agent, charged.run, controls, setup, now);
      verdict ??= controls.policing.judge(setup.policies, describe, now);
      return verdict;
    },
    fingerprint,
    stakes,
    isCapped: budgets.some(hasMoneyCap),
    upstream,
  };
}
