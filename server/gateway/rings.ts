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

/** In whose place hosts stand that only calls have named. No provider is called so. */
const STRANGERS = "";

/**
 * Nothing taken yet. The agents are bounded by `max_agents`. Those providers that `isKnown` have a ring of their own with
 * each agent; all other hosts share one, however many an agent invents, and so their windows.
 */
export function createRings(isKnown: (provider: string) => boolean): Rings {
  const agents = new Map<AgentName, Map<string, Admissions>>();
  const nameOf = (provider: string): string => (isKnown(provider) ? provider : STRANGERS);

  function make(agent: AgentName, name: string): Admissions {
    const own = agents.get(agent) ?? new Map<string, Admissions>();
    const admissions = createAdmissions();
    agents.set(agent, own.set(name, admissions));
    return admissions;
  }

  return {
    find: (agent, provider) => agents.get(agent)?.get(nameOf(provider)),
    take(agent, provider, windows, now) {
      const [first, ...more] = windows;
      if (!first) return;
      const name = nameOf(provider);
      const widest = more.reduce((widest, limit) => (limit.max > widest.max ? limit : widest), first);
      take(widest, agents.get(agent)?.get(name) ?? make(agent, name), now);
    },
  };
}
