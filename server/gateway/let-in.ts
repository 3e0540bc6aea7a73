/**
 * Lets calls in: tries the gates, and where none says no takes everything in that same turn of the loop (SPEC 6.2). What
 * passes by itself is waited for, without having taken anything.
 */
import type { Identity } from "../core/agent.ts";
import type { Instant } from "../core/duration.ts";
import { type Refusal, refusal } from "../core/refusal.ts";
import type { Priority } from "../core/settings.ts";
import { chargedTo } from "./accounts.ts";
import { type Admission, type Arrival, admit, grantOf, take } from "./admit.ts";
import { type Call, createCall, describeCall, holdOf, stopCall } from "./call.ts";
import type { Controls } from "./controls.ts";
import { type EntranceContext, enter, type Obstacle } from "./entrance.ts";
import type { AgentState } from "./fleet.ts";
import type { GatewayContext } from "./gateway.ts";
import type { LaneDestination } from "./lane-upstream.ts";
import { costOf, type Plan, planCall } from "./plan.ts";
import type { PolicyVerdict } from "./policies.ts";
import { describeFacts } from "./policy-facts.ts";
import type { Prepared } from "./prepare.ts";
import type { Visit } from "./refuse.ts";
import type { Run } from "./run.ts";
import { takeHold } from "./running-hold.ts";
import type { Setup } from "./setup.ts";
import { createStakes, isLimit } from "./stakes.ts";
import { originOf } from "./upstream-key.ts";

/** A call that wants in: everything about it is known. */
export interface Applicant {
  readonly visit: Visit;
  readonly identity: Identity;
  readonly run: Run | null;
  readonly destination: LaneDestination;
  readonly lane: Priority;
  readonly prepared: Prepared;
  /** The configuration that it came under. */
  readonly setup: Setup;
  /** The caller's own key, if it sent one. */
  readonly ownKey: string | null;
}

/** A call that is in, and the body that it leaves with. */
export interface LetIn {
  readonly call: Call;
  readonly body: Uint8Array<ArrayBuffer>;
}

export interface DoorContext extends GatewayContext, Pick<EntranceContext, "watchdog" | "closing"> {
  readonly controls: Controls;
  /** What holds for every call at this moment. */
  admission(identity: Identity, setup: Setup): Admission;
}

/** The call once it is in, its refusal, or null when its client left before. Whatever it waits for, it takes nothing. */
export function letIn(
  applicant: Applicant,
  context: DoorContext,
): LetIn | Refusal | null | Promise<LetIn | Refusal | null> {
  const { visit, identity, run, destination, prepared, setup } = applicant;
  const { controls, fleet, store } = context;
  const { name } = identity;
  const agent = meet(applicant, context);
  const runState = run === null ? null : controls.runs.find(name, run, setup.policies.length > 0);
  const plan = planOf(applicant, context);
  const facts = describeCall({ ...applicant, plan, trust: controls.trustScore(name, setup) });
  const charged = chargedTo({
    identity,
    agent,
    run: runState,
    fleet,
    setup: context.setup,
    terms: () => controls.standing(name, context.setup(), identity.key !== null).terms,
  });
  const stakes = plan === null ? [] : createStakes(charged, plan);
  const fingerprint = setup.agent(name).loops.action === "off" ? null : prepared.readFingerprint();
  const upstream = {
    origin: originOf(destination.located.url),
    slots: destination.upstream,
    lane: applicant.lane,
    key: destination.key ?? applicant.ownKey,
  };
  let isDelayed = false;

  return enter(attempt, visit.started, visit.request.signal, {
    now: context.now,
    every: context.every,
    watchdog: context.watchdog,
    waiting: controls.waiting,
    lanes: controls.lanes,
    closing: context.closing,
  });

  /** Under the configuration in force now: a call that has waited is let in by no rule that is gone. */
  function attempt(): LetIn | Refusal | Obstacle {
    const now = context.now();
    const current = context.setup();
    fleet.turn(now);
    const { tier, terms } = controls.standing(name, current, identity.key !== null);
    controls.liftIfOver(agent, terms, now);
    let verdict: PolicyVerdict | null = null;
    const arrival: Arrival = {
      ...context.admission(identity, current),
      facts,
      agent,
      terms,
      tier,
      controls,
      // Rules are asked when their gate is reached, and once: what they bring about is told on the way.
      get policies() {
        verdict ??= judge(current, now);
        return verdict;
      },
      isDelayed,
      fingerprint,
      stakes,
      isCapped: charged.some(({ scope, caps }) => scope !== "quota" && isLimit(caps())),
      canLower: prepared.lower !== null,
      upstream,
    };
    const stopped = admit(arrival);
    if (stopped && "wait" in stopped) {
      isDelayed ||= stopped.wait === "delay";
      return stopped;
    }
    if (stopped) {
      controls.suffer(stopped, name, current, now);
      return stopped;
    }
    return begin(arrival);
  }

  function judge(current: Setup, now: Instant): PolicyVerdict {
    const describe = () =>
      describeFacts(facts, agent, circumstances(controls, agent.name, runState, facts.trust, current), now);
    return controls.policing.judge(current.policies, describe, now);
  }

  /** Takes everything. Nothing waits between the gates and this. */
  function begin(arrival: Arrival): LetIn | Refusal {
    const grant = grantOf(arrival);
    const nano = plan && grant ? costOf(plan, grant.output) : null;
    const isHeld = store.holds.open(holdOf(facts, nano, arrival.now));
    if (!isHeld && setup.settings.audit.on_failure === "stop") return unheld();
    const taken = take(arrival);
    if (taken.isLoop) noteLoop(arrival);
    const told = grant?.told ?? null;
    const hold =
      plan && grant
        ? takeHold({
            plan,
            stakes,
            output: grant.output,
            toldCeiling: told !== null || plan.asked !== null ? grant.ceiling : null,
            started: arrival.now,
            now: context.now,
            waiting: controls.waiting,
            watchdog: context.watchdog,
            grow: (more) =>
              store.holds.grow(facts.id, more) || setup.settings.audit.on_failure === "continue",
            starve: () => stopCall(call, "budget_exceeded"),
            priceInput: (usage) =>
              setup.prices.cost(
                facts.provider,
                [facts.requestedModel],
                { ...usage, outputTokens: 0, reasoningTokens: 0 },
                [],
                {},
                context.now(),
              ),
          })
        : null;
    const { header_timeout, answer_timeout } = arrival.setup.settings.gateway;
    const deadline = arrival.now + (facts.stream ? header_timeout : answer_timeout);
    const owner = charged.find(({ scope }) => scope === "owner");
    const call: Call = createCall(
      facts,
      { ...taken, hold, clamped: told },
      agent,
      { owner: owner ? fleet.owner(owner.name) : null, run: runState },
      deadline,
    );
    fleet.began(agent, arrival.now);
    if (runState) runState.inFlight++;
    return { call, body: told === null ? prepared.body : (prepared.lower?.(told) ?? prepared.body) };
  }

  function noteLoop({ now, terms, setup: current }: Arrival): void {
    const { window, threshold, action } = terms.loops;
    const time = new Date(now).toISOString();
    const detail = { window, threshold, action };
    store.journal.append({ type: "agent", event: "loop.detected", time, agent: name, detail });
    controls.reputation.observe(name, { kind: "loop" }, now, controls.trustTermsOf(name, current));
  }
}

/** What policies are told besides the agent's figures and the call. */
export function circumstances(
  controls: Controls,
  agent: string,
  run: Parameters<typeof describeFacts>[2]["run"],
  trust: number | null,
  { settings }: Setup,
): Parameters<typeof describeFacts>[2] {
  return {
    isPaused: controls.pauses.find(agent) !== null,
    trustScore: trust ?? settings.trust.initial,
    run,
    zone: settings.gateway.timezone,
  };
}

/** The agent of a call, created on first sight. Its labels are the configured ones, else those declared last. */
function meet({ identity, setup }: Applicant, { fleet, store, now }: DoorContext): AgentState {
  const { name, owner, purpose, tags } = identity;
  const configured = setup.agent(name);
  const isNew = !fleet.agents.has(name);
  const agent = fleet.meet(name, now());
  agent.owner = configured.owner ?? owner ?? agent.owner;
  agent.firstOwner ??= owner;
  agent.purpose = configured.purpose ?? purpose ?? agent.purpose;
  agent.tags = tags.length > 0 ? tags : agent.tags;
  if (isNew) {
    store.journal.append({
      type: "agent",
      event: "agent.created",
      time: new Date(now()).toISOString(),
      agent: name,
      owner: agent.owner ?? undefined,
      purpose: agent.purpose ?? undefined,
    });
  }
  return agent;
}

function planOf(
  { destination, identity, prepared, setup }: Applicant,
  { controls, now }: DoorContext,
): Plan | null {
  const { provider, located } = destination;
  if (located.operation.kind === "pass") return null;
  return planCall({
    provider,
    operation: located.operation,
    prepared,
    terms: setup.agent(identity.name),
    prices: setup.prices,
    usualOutput: () => controls.habits.usual(identity.name, prepared.model),
    now: now(),
  });
}

function unheld(): Refusal {
  const message =
    "No call passes while what is in flight cannot be written down. Check the disk of gateway.data_dir.";
  return refusal("journal_unavailable", message, 5000);
}
