/**
 * Reputation (SPEC 11): the trust that each agent has come to. In memory, restored from state.db at the start, moved on by
 * what agents do and by the end of each interval. Only agents that were let in or refused by name stand here: bounded by
 * `max_agents`.
 */
import type { AgentName } from "../core/agent.ts";
import type { Loss } from "../core/conduct.ts";
import type { Instant } from "../core/duration.ts";
import type { NoteLine } from "../core/event.ts";
import type { TrustSettings } from "../core/settings.ts";
import {
  createTrust,
  type Fact,
  observe,
  type TrustEvent,
  type TrustState,
  type TrustStep,
  type TrustTerms,
  tick,
  tierInForce,
} from "../core/trust.ts";
import type { Tier } from "../core/trust-tier.ts";
import { readTrustRecord } from "./trust-record.ts";

/** What is in force for one agent, and the score that it starts with. */
export interface ReputationTerms extends TrustTerms {
  readonly initial: number;
}

/** An agent's trust as it is now. */
export interface Standing {
  /** Whole points from 0 to 100. */
  readonly score: number;
  /** The tier that counts. */
  readonly tier: Tier;
  /** Whether a person has decided on the tier. */
  readonly pinned: boolean;
  /** When the agent came into the tier that its conduct has earned it; null for one that has done nothing yet. */
  readonly enteredAt: Instant | null;
  /** Kinds of losses since then, each once. */
  readonly losses: readonly Loss[];
}

export interface Reputation {
  /** The tier that counts at this moment. An agent that was never seen has the one that it would start in. */
  tier(agent: AgentName, terms: ReputationTerms): Tier;
  /** The agent's score, the initial one if it was never seen. */
  score(agent: AgentName, terms: ReputationTerms): number;
  /** What the API shows of an agent. */
  standing(agent: AgentName, terms: ReputationTerms): Standing;
  /** Takes in what an agent did. Never raises anything. */
  observe(agent: AgentName, fact: Fact, now: Instant, terms: ReputationTerms): void;
  /** Closes the interval of every agent: to be called once in each `trust.interval`. */
  tick(now: Instant, termsOf: (agent: AgentName) => ReputationTerms): void;
  /**
   * What has changed since this was called last, as plain JSON: what `restore` takes. That an agent was idle is no
   * change.
   */
  takeStandings(): [agent: AgentName, standing: unknown][];
}

interface ReputationOptions {
  /** What was kept, by agent. */
  readonly restore: ReadonlyMap<AgentName, unknown>;
  /** Hears of each agent whose trust was kept and cannot be read: it starts anew. */
  onUnreadable(agent: AgentName): void;
  /** Hears of every loss and every change of tier, after it has happened. */
  onEvent(agent: AgentName, event: TrustEvent, now: Instant): void;
}

/** Brings everyone's trust back from what was kept. */
export function createReputation({ restore, onUnreadable, onEvent }: ReputationOptions): Reputation {
  const states = new Map<AgentName, TrustState>();
  let changed = new Set<AgentName>();
  for (const [agent, kept] of restore) {
    const state = readTrustRecord(kept);
    if (state) states.set(agent, state);
    else onUnreadable(agent);
  }

  function move(agent: AgentName, { state, events }: TrustStep, now: Instant): void {
    states.set(agent, state);
    for (const event of events) onEvent(agent, event, now);
  }

  return {
    tier(agent, terms) {
      const state = states.get(agent) ?? createTrust(terms.initial, terms, 0);
      return tierInForce(state, terms);
    },
    score: (agent, terms) => states.get(agent)?.score ?? terms.initial,
    standing(agent, terms) {
      const known = states.get(agent);
      const state = known ?? createTrust(terms.initial, terms, 0);
      return {
        score: state.score,
        tier: tierInForce(state, terms),
        pinned: terms.enabled && terms.pin !== null,
        enteredAt: known ? known.entered.at : null,
        losses: state.losses,
      };
    },
    observe(agent, fact, now, terms) {
      if (!terms.enabled) return;
      const before = states.get(agent) ?? createTrust(terms.initial, terms, now);
      changed.add(agent);
      move(agent, observe(before, fact, now, terms), now);
    },
    tick(now, termsOf) {
      for (const [agent, before] of states) {
        const step = tick(before, now, termsOf(agent));
        if (isNews(before, step)) changed.add(agent);
        move(agent, step, now);
      }
    },
    takeStandings() {
      const standings = [...changed].map((agent): [AgentName, unknown] => [agent, states.get(agent)]);
      changed = new Set();
      return standings;
    },
  };
}

/** Whether the end of an interval is worth keeping: an idle one moves nothing but its own beginning. */
function isNews({ conduct }: TrustState, { state, events }: TrustStep): boolean {
  const { calls, losses, length } = conduct.interval;
  if (state.conduct === conduct) return false;
  return calls > 0 || losses.length > 0 || events.length > 0 || state.conduct.interval.length !== length;
}

/** What is in force for an agent: the file's settings, and the tier that a person has decided on for it. */
export function trustTerms(settings: TrustSettings, pin: Tier | null): ReputationTerms {
  const { enabled, interval, quarantine, initial } = settings;
  return { enabled, interval, quarantine, initial, pin };
}

/** The journal's line for an event. */
export function trustLine(agent: AgentName, { event, ...detail }: TrustEvent, now: Instant): NoteLine {
  return { type: "trust", event, time: new Date(now).toISOString(), agent, detail };
}
