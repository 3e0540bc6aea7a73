/**
 * When calls were let in, per agent and provider: what sliding windows look at (SPEC 8). One ring serves all windows of a
 * pair, so that a reload which adds, removes or reorders them forgets nothing (SPEC 1.6). In memory and bounded.
 */
import type { AgentName } from "../core/agent.ts";
import type { Instant } from "../core/duration.ts";
import { type Admissions, createAdmissions, take, type WindowLimit } from "../core/sliding-window.ts";

export interface Rings {
  /** Undefined where nothing was ever taken. */
  find(agent: AgentName, provider: string): Admissions | undefined;
  /** Remembers an admission for as long as these windows need it; without windows, not at all. */
  take(agent: AgentName, provider: string, windows: readonly WindowLimit[], now: Instant): void;
}

/** Under which name providers stand for which there was no room. No provider is called so. */
const OTHERS = "";

/**
 * Nothing taken yet. `mostProviders` of an agent have rings of their own; those beyond share one, and so their windows. The
 * agents are bounded by `max_agents`.
 */
export function createRings(mostProviders: number): Rings {
  const agents = new Map<AgentName, Map<string, Admissions>>();

  function find(agent: AgentName, provider: string): Admissions | undefined {
    const own = agents.get(agent);
    return own?.get(provider) ?? (own && own.size >= mostProviders ? own.get(OTHERS) : undefined);
  }

  function make(agent: AgentName, provider: string): Admissions {
    const own = agents.get(agent) ?? new Map<string, Admissions>();
    const admissions = createAdmissions();
    own.set(own.size < mostProviders ? provider : OTHERS, admissions);
    agents.set(agent, own);
    return admissions;
  }

  return {
    find,
    take(agent, provider, windows, now) {
      const [first, ...more] = windows;
      if (!first) return;
      const widest = more.reduce((widest, limit) => (limit.max > widest.max ? limit : widest), first);
      take(widest, find(agent, provider) ?? make(agent, provider), now);
    },
  };
}
