/**
 * How much a Gemini model thinks: a budget in tokens up to the second generation, a level from the third on.
 * https://ai.google.dev/gemini-api/docs/thinking
 */
import type { Json } from "../../json.ts";
import { budgetOf, effortOf, parseEffort } from "../effort.ts";
import { noteUncarried, noteWrong } from "../findings.ts";
import type { Effort, Thinking } from "../form.ts";
import { isPro, isThinker, isThirdGeneration } from "./generation.ts";
import { type Members, nameRest, takeFlag, takeMembers, takeText, takeWhole } from "./members.ts";

/** The model decides. */
const ADAPTIVE = -1;

/** What `thinkingConfig` asks for; null where it says nothing. */
export function readThinking(config: Members): Thinking | null {
  const thinking = takeMembers(config, "thinkingConfig");
  if (!thinking) return null;
  const isShown = takeFlag(thinking, "includeThoughts");
  const amount = readAmount(thinking);
  nameRest(thinking);
  return amount.kind === "unsaid" && isShown === null ? null : { amount, isShown };
}

function readAmount(thinking: Members): Thinking["amount"] {
  const budgetPath = thinking.left.get("thinkingBudget")?.path ?? "";
  const levelPath = thinking.left.get("thinkingLevel")?.path ?? "";
  const budget = takeWhole(thinking, "thinkingBudget", ADAPTIVE);
  const level = takeText(thinking, "thinkingLevel");
  const effort = parseEffort(level?.toLowerCase());
  if (effort) {
    if (budget !== null) noteUncarried(thinking.findings, budgetPath);
    return { kind: "effort", effort };
  }
  if (level && level !== "THINKING_LEVEL_UNSPECIFIED") {
    noteWrong(thinking.findings, levelPath, '"minimal", "low", "medium" or "high"');
  }
  if (budget === null) return { kind: "unsaid" };
  if (budget === ADAPTIVE) return { kind: "adaptive" };
  return budget === 0 ? { kind: "off" } : { kind: "budget", tokens: budget };
}

/** `thinkingConfig` for a model; null where the model cannot do without thinking and is to, or is to think and cannot. */
export function writeThinking({ amount, isShown }: Thinking, model: string): Json | null {
  if (!isThinker(model)) return amount.kind === "effort" || amount.kind === "budget" ? null : {};
  const told = isThirdGeneration(model) ? levelFor(amount, model) : budgetFor(amount, model);
  // Google refuses to show the thoughts of a model that is not to have any.
  return (
    told && { ...told, ...(isShown === null || amount.kind === "off" ? {} : { includeThoughts: isShown }) }
  );
}

/** Levels that a model has: `minimal` is as good as none, and the pro models do not have it. */
function levelFor(amount: Thinking["amount"], model: string): Json | null {
  switch (amount.kind) {
    case "off":
      return isPro(model) ? null : { thinkingLevel: LEVELS.minimal };
    case "effort":
      return { thinkingLevel: LEVELS[amount.effort === "minimal" && isPro(model) ? "low" : amount.effort] };
    case "budget":
      return { thinkingLevel: LEVELS[effortOf(amount.tokens)] };
    // Every model of this generation decides for itself, up to its level.
    case "adaptive":
    case "unsaid":
      return {};
  }
}

/** There is none above `high`. */
const LEVELS: Readonly<Record<Effort, string>> = {
  minimal: "MINIMAL",
  low: "LOW",
  medium: "MEDIUM",
  high: "HIGH",
  xhigh: "HIGH",
  max: "HIGH",
};

function budgetFor(amount: Thinking["amount"], model: string): Json | null {
  switch (amount.kind) {
    case "off":
      return isPro(model) ? null : { thinkingBudget: 0 };
    case "adaptive":
      return { thinkingBudget: ADAPTIVE };
    case "effort":
      return { thinkingBudget: fitBudget(budgetOf(amount.effort), model) };
    case "budget":
      return { thinkingBudget: fitBudget(amount.tokens, model) };
    case "unsaid":
      return {};
  }
}

/** The smallest and the largest budget that the models take. */
function fitBudget(tokens: number, model: string): number {
  const [least, most] = isPro(model) ? [128, 32_768] : [model.includes("lite") ? 512 : 1, 24_576];
  return Math.max(least, Math.min(most, tokens));
}
