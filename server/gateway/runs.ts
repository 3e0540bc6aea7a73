/**
 * Runs: calls that belong together (SPEC 4.5). Each agent has its own, whatever ids it invents: a run labels and tightens,
 * and reaches nobody else's. Bounded by agent; what is dropped is read from the index when it comes again.
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
  inFlight: number;
  /** The lowest cap that any of its calls has named. */
  budget: NanoUsd | null;
  readonly money: Account;
}

export interface Runs {
  /**
   * The run of an agent's call; its cap only ever gets lower. `isWatched`: somebody looks at its sums, so those of earlier
   * times are read, once.
   */
  find(agent: AgentName, run: Run, isWatched: boolean): RunState;
}

/** Runs of one agent that are remembered, of those without a call in flight. */
const MOST_RUNS = 1_000;

interface Known extends RunState {
  isRecalled: boolean;
}

/** Knows the runs of earlier times from the index. */
export function createRuns(index: Pick<Index, "runSums">): Runs {
  /** Of each agent by id; those used last stand last. */
  const agents = new Map<AgentName, Map<string, Known>>();

  return {
    find(agent, { id, budget }, isWatched) {
      const runs = agents.get(agent) ?? new Map<string, Known>();
      agents.set(agent, runs);
      const run = runs.get(id) ?? createRun(id);
      if (budget !== null) run.budget = Math.min(budget, run.budget ?? budget);
      if (!run.isRecalled && (isWatched || run.budget !== null)) {
        // The index has every call that has settled, those of this process too.
        Object.assign(run, index.runSums(agent, id), { isRecalled: true });
      }
      runs.delete(id);
      if (runs.size >= MOST_RUNS) makeRoom(runs);
      runs.set(id, run);
      return run;
    },
  };
}

function createRun(id: string): Known {
  const run: Known = {
    id,
    calls: 0,
    costNano: 0,
    inFlight: 0,
    budget: null,
    isRecalled: false,
    money: { held: 0, spent: () => run.costNano },
  };
  return run;
}

/** The one unused for longest goes, one without a cap first: a cap that is forgotten is one that was lifted. */
function makeRoom(runs: Map<string, Known>): void {
  const idle = [...runs.values()].filter(({ inFlight }) => inFlight === 0);
  const dropped = idle.find(({ budget }) => budget === null) ?? idle[0];
  if (dropped) runs.delete(dropped.id);
}
