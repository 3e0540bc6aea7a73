/**
 * Runs: calls that belong together (SPEC 4.5). Each agent has its own, whatever ids it invents: a run labels and tightens,
 * and reaches nobody else's. Bounded; what is dropped is read from the index when it comes again.
 */
import type { AgentName } from "../core/agent.ts";
import type { Account } from "../core/budget.ts";
import type { NanoUsd } from "../core/money.ts";
import type { Index } from "../store/store.ts";
import type { Run } from "./run.ts";

export interface RunState {
  readonly id: string;
  /** Calls that have settled, and what they cost. */
  calls: number;
  costNano: NanoUsd;
  /** The lowest cap that any of its calls has named. */
  budget: NanoUsd | null;
  readonly money: Account;
}

export interface Runs {
  /** The run of an agent's call; its cap only ever gets lower. */
  find(agent: AgentName, run: Run): RunState;
}

const MAX_RUNS = 10_000;

/** Knows the runs of earlier times from the index. */
export function createRuns(index: Pick<Index, "runSums">): Runs {
  /** By agent and id; those used last stand last. */
  const runs = new Map<string, RunState>();

  function recall(agent: AgentName, id: string): RunState {
    const state: RunState = {
      id,
      ...index.runSums(agent, id),
      budget: null,
      money: { held: 0, spent: () => state.costNano },
    };
    return state;
  }

  /** Makes room for one more; runs with calls in flight stay. */
  function dropOldest(): void {
    for (const [key, { money }] of runs) {
      if (money.held > 0) continue;
      runs.delete(key);
      return;
    }
  }

  return {
    find(agent, { id, budget }) {
      const key = `${agent}\n${id}`;
      const state = runs.get(key) ?? recall(agent, id);
      if (budget !== null) state.budget = Math.min(budget, state.budget ?? budget);
      runs.delete(key);
      if (runs.size >= MAX_RUNS) dropOldest();
      runs.set(key, state);
      return state;
    },
  };
}
