/** How much a request lets the model think. https://platform.claude.com/docs/en/build-with-claude/thinking */
import type { Json } from "../../json.ts";
import { budgetOf, effortOf } from "../effort.ts";
import type { Effort, Feature, NeutralRequest, Thinking } from "../form.ts";
import type { ModelTraits } from "./claude.ts";
import { findToolLoop } from "./tool-loop.ts";

/** `thinking`, and the member of `output_config` that says the effort; null where there is nothing to say. */
export interface WrittenThinking {
  readonly thinking: Json | null;
  readonly effort: Json | null;
  /** Whether it is not to think until the calls that another provider made are done with. */
  readonly isLeftOff: boolean;
}

const NOTHING: WrittenThinking = { thinking: null, effort: null, isLeftOff: false };
/** A budget is at least so much. */
const LEAST_BUDGET = 1_024;

/** Writes as much of it as this model, its `max_tokens` and the conversation allow. */
export function writeThinking(
  { thinking, turns }: NeutralRequest,
  traits: ModelTraits,
  maxTokens: number,
  uncarried: Set<Feature>,
): WrittenThinking {
  if (!thinking) return NOTHING;
  const { amount } = thinking;
  if (amount.kind === "off") {
    if (traits.off === null) uncarried.add("thinking");
    const isSaid = traits.off !== null && traits.thinking !== "never";
    return isSaid ? { ...NOTHING, thinking: { type: traits.off } } : NOTHING;
  }
  if (traits.thinking === "adaptive") {
    const effort = effortFor(amount, traits);
    return {
      ...NOTHING,
      thinking: { type: "adaptive", ...writeDisplay(thinking) },
      effort: effort === null ? null : { effort },
    };
  }
  // These models do not think by themselves: there is nothing to be shown.
  if (amount.kind === "unsaid") return NOTHING;
  if (traits.thinking === "never") {
    if (amount.kind !== "adaptive") uncarried.add("thinking");
    return NOTHING;
  }
  const budget = fitBudget(
    amount.kind === "budget" ? amount.tokens : budgetOf(effortFor(amount, traits) ?? "medium"),
    maxTokens,
  );
  // A turn that calls tools has to begin with the thinking that led to them.
  const loop = findToolLoop(turns, traits);
  if (budget === null || loop === "bare") {
    uncarried.add("thinking");
    return NOTHING;
  }
  if (loop === "others") return { ...NOTHING, isLeftOff: true };
  return {
    ...NOTHING,
    thinking: { type: "enabled", budget_tokens: budget, ...writeDisplay(thinking) },
  };
}

/** The effort that is meant; null: as much as the model finds right. There is none below `low`. */
function effortFor(amount: Thinking["amount"], { thinking, takesXhigh }: ModelTraits): Effort | null {
  if (amount.kind === "budget") return effortOf(amount.tokens);
  if (amount.kind !== "effort") return null;
  if (amount.effort === "minimal") return "low";
  return amount.effort === "xhigh" && thinking === "adaptive" && !takesXhigh ? "high" : amount.effort;
}

/** The budget has to be below `max_tokens`: one that is not leaves a fifth of them for the answer. */
function fitBudget(tokens: number, maxTokens: number): number | null {
  if (maxTokens <= LEAST_BUDGET) return null;
  const fitting = tokens < maxTokens ? tokens : Math.floor(maxTokens * 0.8);
  return Math.max(LEAST_BUDGET, fitting);
}

function writeDisplay({ isShown }: Thinking): Json {
  return isShown === null ? {} : { display: isShown ? "summarized" : "omitted" };
}
