/**
 * The policies at work (SPEC 10): one memory per agent, and what the rules bring about told once. In memory, bounded by
 * the agents that there are.
 */
import type { AgentName } from "../core/agent.ts";
import type { Instant } from "../core/duration.ts";
import {
  evaluatePolicies,
  PASS,
  type Policy,
  type PolicyEffect,
  type PolicyVerdict,
  reviewPolicies,
} from "./policies.ts";
import type { PolicyFacts } from "./policy-fields.ts";
import { createPolicyMemory, type Done, forgive, type PolicyMemory } from "./policy-memory.ts";

export interface Policing {
  /**
   * The verdict on a call before it is forwarded. Takes nothing, so it may be asked again for the same call; what the
   * rules have brought about is told on the way. `describe` is called once, and not at all without policies.
   */
  judge(policies: readonly Policy[], describe: () => PolicyFacts, now: Instant): PolicyVerdict;
  /** The same rules after a call has settled, with the figures as they are then: may pause, alert and begin throttles. */
  review(policies: readonly Policy[], describe: () => PolicyFacts, now: Instant): void;
  /** A person has resumed the agent, which had done this much: for pauses only later calls count. */
  forgive(agent: AgentName, done: Done): void;
}

/** Memories of names that are no agents yet, such as those whose every call is denied. */
const MOST_STRANGERS = 1_000;

/**
 * Nothing remembered yet. `agents` are those that the fleet knows. `onEffect` is told each effect in the turn in which it
 * came about, before the verdict is returned: an agent that a rule pauses is paused by then.
 */
export function createPolicing(
  agents: ReadonlyMap<AgentName, unknown>,
  onEffect: (effect: PolicyEffect, agent: AgentName, now: Instant) => void,
): Policing {
  const memories = new Map<AgentName, PolicyMemory>();

  function memoryOf(agent: AgentName): PolicyMemory {
    const known = memories.get(agent);
    if (known) return known;
    if (memories.size >= agents.size + MOST_STRANGERS) dropStrangers();
    const memory = createPolicyMemory();
    memories.set(agent, memory);
    return memory;
  }

  /** All at once, so that the work is spread over the names that it took to come here. */
  function dropStrangers(): void {
    for (const name of memories.keys()) if (!agents.has(name)) memories.delete(name);
  }

  return {
    judge(policies, describe, now) {
      if (policies.length === 0) return PASS;
      const facts = describe();
      const verdict = evaluatePolicies(policies, facts, now, memoryOf(facts.agent_id));
      for (const effect of verdict.effects) onEffect(effect, facts.agent_id, now);
      return verdict;
    },
    review(policies, describe, now) {
      if (policies.length === 0) return;
      const facts = describe();
      const effects = reviewPolicies(policies, facts, now, memoryOf(facts.agent_id));
      for (const effect of effects) onEffect(effect, facts.agent_id, now);
    },
    forgive(agent, done) {
      forgive(memoryOf(agent), done);
    },
  };
}
