/** How long the answers of an agent usually are, by model: what a stream holds of its output at first (SPEC 7.2). In memory. */
import type { AgentName } from "../core/agent.ts";

export interface OutputHabits {
  /** Tokens that 95% of the last answers stayed under; 0 where none was seen. */
  usual(agent: AgentName, model: string | null): number;
  note(agent: AgentName, model: string | null, tokens: number): void;
}

/** Answers that are remembered of each model, and models of each agent. */
const MOST_ANSWERS = 64;
const MOST_MODELS = 16;

/** A ring of the last answers. */
interface Habit {
  readonly answers: number[];
  next: number;
}

/** Nothing seen yet. Agents are bounded by `max_agents`; model names come from outside. */
export function createOutputHabits(): OutputHabits {
  const agents = new Map<AgentName, Map<string, Habit>>();
  return {
    usual: (agent, model) => percentile95(agents.get(agent)?.get(model ?? "")?.answers ?? []),
    note(agent, model, tokens) {
      const models = agents.get(agent) ?? new Map<string, Habit>();
      agents.set(agent, models);
      const name = model ?? "";
      const habit = models.get(name) ?? { answers: [], next: 0 };
      // The model used last stands last.
      models.delete(name);
      const [oldest] = models.keys();
      if (models.size >= MOST_MODELS && oldest !== undefined) models.delete(oldest);
      models.set(name, habit);
      habit.answers[habit.next] = tokens;
      habit.next = (habit.next + 1) % MOST_ANSWERS;
    },
  };
}

function percentile95(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.ceil(sorted.length * 0.95) - 1] ?? 0;
}
