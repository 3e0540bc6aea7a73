/**
 * The circuit breakers at work (SPEC 9): each agent's with each provider by the agent's settings, and each upstream
 * origin's over all agents. In memory; a restart begins with closed ones.
 */
import type { AgentName } from "../core/agent.ts";
import type { Transition } from "../core/breaker.ts";
import { agentLaw, ORIGIN_LAW, ORIGIN_WINDOW } from "../core/breaker-laws.ts";
import type { Instant, Millis } from "../core/duration.ts";
import type { BreakerSettings } from "../core/settings.ts";
import type { Admissions } from "../core/sliding-window.ts";
import { type BreakerState, createShelf, type Rules, type Shelf } from "./breaker-shelf.ts";
import { type Crossing, createCrossing } from "./crossing.ts";

/** Where a call is about to go, and whose it is. */
export interface BreakerTarget {
  readonly agent: AgentName;
  readonly provider: string;
  /** Scheme, host and port of the upstream: a foreign host has its own breaker. */
  readonly origin: string;
  /** The agent's, as they are now; the same object while nothing changes. */
  readonly settings: BreakerSettings;
}

/** A change of state, and the target of the call that led to it. An origin's breaker is everybody's, not that agent's. */
export interface BreakerChange {
  readonly scope: "agent" | "origin";
  readonly agent: AgentName;
  readonly provider: string;
  readonly origin: string;
  readonly transition: Transition;
  readonly now: Instant;
}

export interface Breakers {
  /** 0 when a call may pass both of its breakers, else how long to wait. Changes nothing. */
  check(target: BreakerTarget, now: Instant): Millis;
  /** Takes the call's place in both, in the same turn as a `check` that said 0. Every crossing must end. */
  take(target: BreakerTarget, now: Instant): Crossing;
  /** An agent's own breakers that have ever opened. An open one says so until a probe is out. */
  states(agent: AgentName): { readonly provider: string; readonly state: BreakerState["state"] }[];
}

/** Origins come from outside (`x-target-url`): so many are watched. */
const MOST_ORIGINS = 1_000;
/** Foreign hosts count as providers. The bound is each agent's own, so that none can take another's room. */
const MOST_PROVIDERS = 32;

const ORIGIN_RULES = { law: ORIGIN_LAW, window: ORIGIN_WINDOW };

/** All closed. Agents are bounded by `max_agents`, what each may have here is bounded, too. */
export function createBreakers(onTransition: (change: BreakerChange) => void): Breakers {
  const agents = new Map<AgentName, Shelf<BreakerTarget>>();
  const rules = new WeakMap<BreakerSettings, Rules<Admissions>>();
  const origins = createShelf({
    most: MOST_ORIGINS,
    nameOf: ({ origin }: BreakerTarget) => origin,
    rulesOf: () => ORIGIN_RULES,
    onTransition: tell("origin"),
  });

  function tell(scope: BreakerChange["scope"]) {
    return ({ agent, provider, origin }: BreakerTarget, transition: Transition, now: Instant): void =>
      onTransition({ scope, agent, provider, origin, transition, now });
  }

  function rulesOf({ settings }: BreakerTarget): Rules<Admissions> {
    const known = rules.get(settings);
    if (known) return known;
    const made = { law: agentLaw(settings), window: settings.window_ms };
    rules.set(settings, made);
    return made;
  }

  function shelfOf(agent: AgentName): Shelf<BreakerTarget> {
    const known = agents.get(agent);
    if (known) return known;
    const nameOf = ({ provider }: BreakerTarget): string => provider;
    const made = createShelf({ most: MOST_PROVIDERS, nameOf, rulesOf, onTransition: tell("agent") });
    agents.set(agent, made);
    return made;
  }

  return {
    check: (target, now) =>
      Math.max(agents.get(target.agent)?.check(target, now) ?? 0, origins.check(target, now)),
    take: (target, now) =>
      createCrossing([shelfOf(target.agent).take(target, now), origins.take(target, now)]),
    states: (agent) =>
      (agents.get(agent)?.states() ?? []).map(({ name, state }) => ({ provider: name, state })),
  };
}
