/** Which agents are paused, and when that is over (SPEC 7.4, 10). Kept in state.db: a restart lifts nothing. */
import type { AgentName } from "../core/agent.ts";
import { type Budget, usedUp } from "../core/budget.ts";
import type { Instant } from "../core/duration.ts";
import type { NoteLine } from "../core/event.ts";
import type { Pause } from "../core/pause.ts";
import type { State } from "../store/store.ts";

export interface Pauses {
  /** The pause of an agent, whether or not its time is over. */
  find(agent: AgentName): Pause | null;
  /** Every pause there is, over or not. */
  list(): Pause[];
  /** In force even where it throws, because the database could not keep it. */
  put(pause: Pause): void;
  /** As `put`: lifted even where it throws. */
  lift(agent: AgentName): void;
}

/** Begins with those that were in force when the gateway last ran. */
export function createPauses(state: Pick<State, "readPauses" | "writePause" | "removePause">): Pauses {
  const pauses = new Map(state.readPauses().map((pause) => [pause.agent, pause]));
  return {
    find: (agent) => pauses.get(agent) ?? null,
    list: () => [...pauses.values()],
    put(pause) {
      pauses.set(pause.agent, pause);
      state.writePause(pause);
    },
    lift(agent) {
      pauses.delete(agent);
      state.removePause(agent);
    },
  };
}

/**
 * Whether a pause is over by itself: its time has come, or the cap that was used up leaves room again because it was
 * raised. `budget` is the agent's own. A clock that was set back counts as time passed.
 */
export function isOver({ since, until, cause }: Pause, budget: Budget, now: Instant): boolean {
  if (until !== null && Math.abs(now - since) >= until - since) return true;
  return cause.by === "budget" && usedUp(budget, cause.least) === null;
}

/**
 * Whether a pause stays although a rule brings about this one: it lasts as long or longer, and whoever ends it must not
 * find it ended. One for a used-up cap gives way: the next call finds that out anew.
 */
export function outlasts({ until, cause }: Pause, next: Pause): boolean {
  if (cause.by === "budget") return false;
  return until === null || (next.until !== null && until >= next.until);
}

/** The journal's line of an agent that was paused, or (null) resumed; `by` is who decided. */
export function pauseLine(agent: AgentName, pause: Pause | null, by: string, now: Instant): NoteLine {
  return {
    type: "agent",
    event: pause ? "agent.paused" : "agent.resumed",
    time: new Date(now).toISOString(),
    agent,
    detail: pause
      ? { ...pause.cause, until: pause.until === null ? null : new Date(pause.until).toISOString() }
      : { by },
  };
}
