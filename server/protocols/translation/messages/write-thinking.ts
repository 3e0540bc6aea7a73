/** How much a request lets the model think. https://platform.claude.com/docs/en/build-with-claude/thinking */
import type { Json } from "../../json.ts";
import { budgetOf, effortOf } from "../effort.ts";
import type { Effort, Feature, NeutralRequest, Thinking, Turn } from "../form.ts";
import type { ModelTraits } from "./claude.ts";
import { isOwnThinking } from "./write-blocks.ts";

/** `thinking`, and the member of `output_config` that says the effort; null where there is nothing to say. */
export interface WrittenThinking {
  readonly thinking: Json | null;
  readonly effort: Json | null;
}

const NOTHING: WrittenThinking = { thinking: null, effort: null };
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
    return traits.off === null ? NOTHING : { thinking: { type: traits.off }, effort: null };
  }
  if (traits.thinking === "adaptive") {
    const effort = effortFor(amount, traits);
    return {
      thinking: { type: "adaptive", ...writeDisplay(thinking) },
      effort: effort === null ? null : { effort },
    };
  }
  // These models do not think by themselves: there is nothing to be shown.
  if (amount.kind === "unsaid") return NOTHING;
  const budget = fitBudget(
    amount.kind === "budget" ? amount.tokens : budgetOf(effortFor(amount, traits) ?? "medium"),
    maxTokens,
  );
  if (budget === null || !mayThink(turns)) {
    uncarried.add("thinking");
    return NOTHING;
  }
  return { thinking: { type: "enabled", budget_tokens: budget, ...writeDisplay(thinking) }, effort: null };
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

/**
 * With a budget, a turn that ended in calls has to begin with the thinking that led to them. The provider has none of its
 * own to know again when another made the calls, or a client's format lost it.
 */
function mayThink(turns: readonly Turn[]): boolean {
  const last = turns.findLast(({ role }) => role !== "system");
  if (!last?.parts.some(({ kind }) => kind === "tool-result")) return true;
  const [first] = turns.findLast(({ role }) => role === "assistant")?.parts ?? [];
  return first !== undefined && isOwnThinking(first);
}

function writeDisplay({ isShown }: Thinking): Json {
  return isShown === null ? {} : { display: isShown ? "summarized" : "omitted" };
}
