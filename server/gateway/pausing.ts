/**
 * Pausing and resuming (SPEC 7.4, 10): whatever decides it, a pause is kept on disk, written down, and lifted when it is
 * over, whether or not its agent calls.
 */
import type { AgentName } from "../core/agent.ts";
import type { Instant } from "../core/duration.ts";
import type { NoteLine } from "../core/event.ts";
import { toUsd } from "../core/money.ts";
import type { Pause, Resume } from "../core/pause.ts";
import type { State } from "../store/store.ts";
import { ownBudget } from "./accounts.ts";
import { type AgentState, createAgent, type Fleet } from "./fleet.ts";
import type { Loops } from "./loops.ts";
import { createPauses, isOver, outlasts, type Pauses, pauseLine } from "./pauses.ts";
import type { Policing } from "./policing.ts";
import type { Setup } from "./setup.ts";
import type { AgentTerms } from "./terms.ts";

export interface Pausing {
  readonly pauses: Pick<Pauses, "find">;
  /** Pauses an agent in the place of any pause it had. */
  pause(pause: Pause, now: Instant): void;
  /** Pauses without anybody's decision: a pause that lasts longer stays, and above all a person's. */
  impose(pause: Pause, now: Instant): void;
  /** Resumes an agent: what it did before counts for no pause any more. False when it was not paused. */
  resume(agent: AgentName, by: "person" | "gateway", now: Instant): boolean;
  /** Resumes the agent when its pause is over by itself. */
  liftIfOver(agent: AgentState, terms: AgentTerms, now: Instant): void;
  /** The same for every agent: so nobody has to call to find a pause ended, or its cap raised. */
  liftAllOver(setup: Setup, now: Instant): void;
}

export interface PausingContext {
  readonly state: Pick<State, "readPauses" | "writePause" | "removePause" | "readResumes" | "writeResume">;
  readonly fleet: Pick<Fleet, "agents">;
  readonly loops: Pick<Loops, "forget">;
  readonly policing: Pick<Policing, "forgive">;
  /** Writes an agent's line into the journal. */
  write(line: NoteLine, agent: AgentName): void;
  /** Runs what writes to disk; where that fails, says that `what` is lost with a restart. */
  keep(what: string, run: () => void): void;
}

/** Begins with the pauses that were in force when the gateway last ran, and with what people have forgiven since ever. */
export function createPausing({ state, fleet, loops, policing, write, keep }: PausingContext): Pausing {
  const pauses = createPauses(state);
  for (const resumed of state.readResumes()) forgive(resumed);

  function pause(paused: Pause, now: Instant): void {
    keep(`The pause of ${paused.agent}`, () => pauses.put(paused));
    write(pauseLine(paused.agent, paused, paused.cause.by, now), paused.agent);
  }

  function resume(agent: AgentName, by: "person" | "gateway", now: Instant): boolean {
    if (!pauses.find(agent)) return false;
    keep(`The end of ${agent}'s pause`, () => pauses.lift(agent));
    if (by === "person") startAnew(agent);
    write(pauseLine(agent, null, by, now), agent);
    return true;
  }

  /** What the agent has done so far counts for no pause any more, also after a restart. */
  function startAnew(agent: AgentName): void {
    loops.forget(agent);
    const total = fleet.agents.get(agent)?.total;
    if (!total) return;
    const { calls, errors, costNano } = total;
    const resumed: Resume = { agent, calls, errors, costNano };
    forgive(resumed);
    keep(`What ${agent} had done when it was resumed`, () => state.writeResume(resumed));
  }

  function forgive({ agent, calls, errors, costNano }: Resume): void {
    policing.forgive(agent, { call_count: calls, error_count: errors, total_cost: toUsd(costNano) });
  }

  function liftIfOver(agent: AgentState, terms: AgentTerms, now: Instant): void {
    const paused = pauses.find(agent.name);
    if (paused && isOver(paused, ownBudget(terms, agent), now)) resume(agent.name, "gateway", now);
  }

  return {
    pauses,
    pause,
    resume,
    liftIfOver,
    impose(paused, now) {
      const known = pauses.find(paused.agent);
      if (!known || !outlasts(known, paused)) pause(paused, now);
    },
    liftAllOver(setup, now) {
      for (const { agent: name } of pauses.list()) {
        liftIfOver(fleet.agents.get(name) ?? createAgent(name, null), setup.agent(name), now);
      }
    },
  };
}
