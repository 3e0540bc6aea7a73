/**
 * Loops (SPEC 11): what each agent asked last, and whether it asks nearly the same again and again. In memory alone, of
 * calls that were let in: bounded by the agents that there may be and the window of each.
 */
import type { AgentName } from "../core/agent.ts";
import {
  createLoopMemory,
  type Fingerprint,
  isLoop,
  type LoopMemory,
  takeTurn,
} from "../core/loop-detector.ts";
import type { LoopSettings } from "../core/settings.ts";

export interface Loops {
  /** Whether this call would make or go on with a loop. Changes nothing. */
  check(agent: AgentName, fingerprint: Fingerprint | null, terms: LoopSettings): boolean;
  /** Remembers a call that is let in. True for the one that makes a loop; not again while the loop goes on. */
  take(agent: AgentName, fingerprint: Fingerprint | null, terms: LoopSettings): boolean;
  /** Forgets what the agent asked: a person has resumed it, or removed it. */
  forget(agent: AgentName): void;
}

/** Nothing asked yet. A call without a fingerprint is like no other; where the action is `off`, nothing is remembered. */
export function createLoops(): Loops {
  const memories = new Map<AgentName, LoopMemory>();

  return {
    check(agent, fingerprint, terms) {
      if (fingerprint === null || terms.action === "off") return false;
      return isLoop(memories.get(agent) ?? createLoopMemory(), fingerprint, terms);
    },
    take(agent, fingerprint, terms) {
      if (terms.action === "off") memories.delete(agent);
      if (fingerprint === null || terms.action === "off") return false;
      const memory = memories.get(agent) ?? createLoopMemory();
      memories.set(agent, memory);
      return takeTurn(memory, fingerprint, terms);
    },
    forget: (agent) => void memories.delete(agent),
  };
}
