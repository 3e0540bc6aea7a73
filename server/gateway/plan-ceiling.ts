/** How long an answer may be: as the request says, the provider's record, the configuration; else a guess (SPEC 7.2). Pure. */
import { LEAST_OUTPUT } from "../core/budget.ts";
import { matchesGlob } from "../core/glob.ts";
import { bareModel } from "../protocols/model-name.ts";
import type { Demand } from "../protocols/protocol.ts";
import { sizeOf } from "../providers/model-sizes.ts";
import type { Provider } from "../providers/provider.ts";

export interface CeilingPlan {
  /** Most tokens of each choice. */
  readonly each: number;
  /**
   * Most tokens that may be written into a request that says nothing, for each choice: hosts refuse more than the window
   * has room for beside the input. Null where the window is not known, where the estimate of the input leaves next to
   * nothing of it, and where the client has said what it wants.
   */
  readonly room: number | null;
  /** Whether the configured limit has to be written into the request: nothing else keeps the answer to it. */
  readonly imposesCeiling: boolean;
  /**
   * Nothing keeps the answer to this ceiling unless the request says it: it is a guess, or only the configuration's word.
   */
  readonly isUnkept: boolean;
}

/** What is known of a call whose request may say how long the answer is. */
export interface CeilingFacts {
  readonly provider: Provider;
  readonly model: string | null;
  readonly demand: Pick<Demand, "ceiling" | "thinkingBudget">;
  /** The agent's `max_output_tokens`; null where it has none. */
  readonly limit: number | null;
  /** The model's window, and the tokens of input that the request shows, at most. */
  readonly context: number | null;
  readonly seen: number;
}

/** Output of a call where neither the request, the configuration nor the provider's record says how much it may be. */
const USUAL_CEILING = 32_000;

/** Works out the ceiling. What the configuration says of a model, its host need not keep to. */
export function planCeiling({ provider, model, demand, limit, context, seen }: CeilingFacts): CeilingPlan {
  const isDeclared = sizeOf(provider, model)?.max_output != null;
  const recorded = recordedCeiling(provider, model);
  const kept = demand.ceiling ?? (isDeclared ? null : recorded);
  const window = context ?? Number.POSITIVE_INFINITY;
  const left = window - seen;
  const hasRoom = context !== null && left >= Math.max(LEAST_OUTPUT, demand.thinkingBudget + 1);
  const room = hasRoom && demand.ceiling === null ? left : null;
  // By the estimate next to nothing is left: any number might be too many, and a small window is bound enough.
  const isFull = !hasRoom && window <= USUAL_CEILING;
  const own = kept ?? (isFull ? window : Math.min(recorded ?? limit ?? USUAL_CEILING, window));
  const each = Math.min(own, limit ?? own);
  return {
    each,
    room,
    imposesCeiling: limit !== null && (kept ?? Number.POSITIVE_INFINITY) > limit,
    // An answer never outgrows the window, whoever says nothing.
    isUnkept: kept === null && !isFull && (room !== null || each < window),
  };
}

/** What the configuration, else the provider's record, says that the model gives out at most; null where neither does. */
export function recordedCeiling(provider: Provider, model: string | null): number | null {
  const name = bareModel(model);
  const said = sizeOf(provider, model)?.max_output ?? null;
  return said ?? provider.maxOutput.find(([models]) => matchesGlob(models, name))?.[1] ?? null;
}
