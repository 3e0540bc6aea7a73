/** How much a model is to think, in the one word that both of OpenAI's formats have for it. */
import { effortOf, fitEffort } from "./effort.ts";
import type { Feature, Thinking } from "./form.ts";
import { effortsOf, type ToldEffort } from "./gpt.ts";

/** `minimal` is as good as none. */
const OFF: readonly ToldEffort[] = ["none", "minimal"];

/**
 * The word for an amount (SPEC 12.3); null where there is nothing to say: what the model finds right is what it does
 * unasked, and one that does not think need not be told not to. What this model cannot be told is added to `uncarried`.
 */
export function tellEffort(
  amount: Thinking["amount"],
  model: string,
  uncarried: Set<Feature>,
): ToldEffort | null {
  if (amount.kind === "adaptive" || amount.kind === "unsaid") return null;
  const effort =
    amount.kind === "budget" ? effortOf(amount.tokens) : amount.kind === "effort" && amount.effort;
  const taken = effortsOf(model);
  // Other makers' hosts turn thinking off in words of their own, and many refuse this one.
  if (taken === null) return effort || null;
  if (!effort && taken.length === 0) return null;
  const told = effort
    ? fitEffort(
        effort,
        taken.filter((word) => word !== "none"),
      )
    : (OFF.find((word) => taken.includes(word)) ?? null);
  if (told === null) uncarried.add("thinking");
  return told;
}
