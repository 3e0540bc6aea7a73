/** What a person decides about an agent here: asked of the gateway, shown only when it has answered (SPEC 19). */
import { type Accessor, createSignal } from "solid-js";
import type { AgentStatus } from "../../../server/management/wire/status.ts";
import type { Decision, PauseOrder } from "../api.ts";

/** How the latest decision went, as a sentence. */
export interface Outcome {
  readonly kind: "done" | "failed";
  readonly text: string;
}

export interface Decisions {
  /** Null before the first decision, while one is under way, and once it was dismissed. */
  readonly outcome: Accessor<Outcome | null>;
  isPending(agent: string): boolean;
  /** Both resolve with whether the gateway did it. A second decision about an agent waits for nobody: it is left out. */
  pause(agent: string, order: PauseOrder): Promise<boolean>;
  resume(agent: string): Promise<boolean>;
  dismiss(): void;
}

/** The two questions to the gateway. */
export interface DecisionsWorld {
  pauseAgent(agent: string, order: PauseOrder): Promise<Decision>;
  resumeAgent(agent: string): Promise<Decision>;
}

interface Words {
  readonly doing: string;
  readonly done: string;
}

const PAUSING: Words = { doing: "Pausing", done: "is paused" };
const KILLING: Words = { doing: "Killing", done: "is paused and its calls in flight are cut" };
const RESUMING: Words = { doing: "Resuming", done: "is resumed" };

/** Hands each agent as the gateway answers it to `decided`. */
export function createDecisions(world: DecisionsWorld, decided: (agent: AgentStatus) => void): Decisions {
  const [pending, setPending] = createSignal<ReadonlySet<string>>(new Set());
  const [outcome, setOutcome] = createSignal<Outcome | null>(null);

  async function decide(agent: string, words: Words, ask: () => Promise<Decision>): Promise<boolean> {
    if (pending().has(agent)) return false;
    setPending((agents) => new Set(agents).add(agent));
    setOutcome(null);
    const answer = await ask();
    setPending((agents) => new Set([...agents].filter((other) => other !== agent)));
    if (answer.outcome === "refused") {
      setOutcome({ kind: "failed", text: `${words.doing} ${agent} failed. ${answer.message}` });
      return false;
    }
    decided(answer.agent);
    setOutcome({ kind: "done", text: `${agent} ${words.done}.` });
    return true;
  }

  return {
    outcome,
    isPending: (agent) => pending().has(agent),
    pause: (agent, order) =>
      decide(agent, order.kill ? KILLING : PAUSING, () => world.pauseAgent(agent, order)),
    resume: (agent) => decide(agent, RESUMING, () => world.resumeAgent(agent)),
    dismiss: () => setOutcome(null),
  };
}
