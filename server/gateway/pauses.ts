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
  put(pause: Pause): void;
  lift(agent: AgentName): void;
}

/** Begins with those that were in force when the gateway last ran. */
export function createPauses(state: Pick<State, "readPauses" | "writePause" | "removePause">): Pauses {
  const pauses = new Map(state.readPauses().map((pause) => [pause.agent, pause]));
  return {
    find: (agent) => pauses.get(agent) ?? null,
    put(pause) {
      state.writePause(pause);
      pauses.set(pause.agent, pause);
    },
    lift(agent) {
      state.removePause(agent);
      pauses.delete(agent);
    },
  };
}

/**
 * Whether a pause is over by itself: its time has come, or the cap that was used up leaves room again because it was
 * raised. `budget` is the agent's own.
 */
export function isOver({ until, cause }: Pause, budget: Budget, now: Instant): boolean {
  if (until !== null && now >= until) return true;
  return cause.by === "budget" && usedUp(budget, cause.least) === null;
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
