/** A call that wants in, as far as it stays the same however often it tries: whose it is, what it may take, who pays. */
import type { Identity } from "../core/agent.ts";
import type { Instant } from "../core/duration.ts";
import type { Fingerprint } from "../core/loop-detector.ts";
import type { NanoUsd } from "../core/money.ts";
import type { Priority } from "../core/settings.ts";
import type { Store } from "../store/store.ts";
import { chargedTo, findPayer } from "./accounts.ts";
import type { Upstream } from "./arrival.ts";
import { type Call, type CallFacts, describeCall } from "./call.ts";
import type { Controls } from "./controls.ts";
import { type Earlier, NOTHING_EARLIER } from "./earlier.ts";
import type { AgentState, LiveFleet, OwnerState } from "./fleet.ts";
import type { LaneDestination } from "./lane-upstream.ts";
import { meet } from "./meet.ts";
import { type Plan, planCall } from "./plan.ts";
import type { Prepared } from "./prepare.ts";
import type { Visit } from "./refuse.ts";
import type { Run } from "./run.ts";
import type { RunState } from "./runs.ts";
import type { Setup } from "./setup.ts";
import { createStakes, type ScopedBudget, type ScopedStake } from "./stakes.ts";
import { originOf } from "./upstream-key.ts";

/** What the steps before have found out about it. */
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
  /** Whether its target stands in for the one that was meant: that it may not go there is nobody's fault. */
  readonly isUnderstudy: boolean;
}

export interface Newcomer {
  readonly agent: AgentState;
  readonly facts: CallFacts;
  /** Every budget that it may be charged to, and its part of those that it takes part in. */
  readonly budgets: readonly ScopedBudget[];
  readonly stakes: readonly ScopedStake[];
  readonly charged: Call["charged"];
  readonly fingerprint: Fingerprint | null;
  readonly upstream: Upstream;
}

export interface NewcomerContext {
  readonly now: () => Instant;
  readonly controls: Controls;
  readonly fleet: LiveFleet;
  readonly store: Store;
  setup(): Setup;
}

/** Meets its agent, finds its run, plans what it may take after what it has tried before. Nothing is taken. */
export function introduce(
  applicant: Applicant,
  context: NewcomerContext,
  earlier: Pick<Earlier, "costNano"> = NOTHING_EARLIER,
): Newcomer {
  const { identity, run: named, destination, prepared, setup } = applicant;
  const { controls, fleet } = context;
  const { name } = identity;
  const agent = meet(identity, setup, context, context.now());
  const run = named === null ? null : controls.runs.find(name, named, setup.policies.length > 0);
  const plan = planOf(applicant, context);
  const facts = describeCall({ ...applicant, plan, trust: controls.trustScore(name, setup) });
  const owner = findPayer(agent, facts.owner, context.setup(), fleet);
  const budgets = budgetsOf(identity, agent, owner, run, earlier.costNano ?? 0, context);
  return {
    agent,
    facts,
    budgets,
    stakes: plan === null ? [] : createStakes(budgets, plan),
    charged: { owner, run },
    fingerprint: setup.agent(name).loops.action === "off" ? null : prepared.readFingerprint(),
    upstream: {
      origin: originOf(destination.located.url),
      slots: destination.upstream,
      lane: applicant.lane,
      key: destination.key ?? applicant.ownKey,
    },
  };
}

/** Caps are asked for as long as the call lives: nothing here may lead back to its request. */
function budgetsOf(
  identity: Identity,
  agent: AgentState,
  owner: OwnerState | null,
  run: RunState | null,
  spentBefore: NanoUsd,
  { controls, fleet, setup }: NewcomerContext,
): ScopedBudget[] {
  const terms = () => controls.standing(identity.name, setup(), identity.key !== null).terms;
  return chargedTo({ identity, agent, owner, run, fleet, spentBefore, setup, terms });
}

function planOf(
  { destination, identity, prepared, setup }: Applicant,
  { controls, now }: NewcomerContext,
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
