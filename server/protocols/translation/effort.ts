/** How much thinking is meant, where one format counts tokens and another has words for it. */
import type { Effort } from "./form.ts";

/** Google's own table between the two, with its neighbours: https://ai.google.dev/gemini-api/docs/openai#thinking */
const BUDGETS: readonly (readonly [Effort, number])[] = [
  ["minimal", 1_024],
  ["low", 1_024],
  ["medium", 8_192],
  ["high", 24_576],
  ["xhigh", 32_768],
  ["max", 65_536],
];

/** The tokens that an effort may take. */
export function budgetOf(effort: Effort): number {
  return BUDGETS.find(([name]) => name === effort)?.[1] ?? 8_192;
}

/** The least effort that may take so many tokens. Never more than `high`: not every model takes what lies above. */
export function effortOf(tokens: number): Effort {
  if (tokens <= budgetOf("low")) return "low";
  return tokens <= budgetOf("medium") ? "medium" : "high";
}

/** The most of these efforts that is no more than was asked for, else the least of them; null where there is none. */
export function fitEffort(effort: Effort, taken: readonly Effort[]): Effort | null {
  const ranks = BUDGETS.map(([name]) => name);
  const sorted = ranks.filter((name) => taken.includes(name));
  return sorted.findLast((name) => ranks.indexOf(name) <= ranks.indexOf(effort)) ?? sorted[0] ?? null;
}

/** The effort that a word names, or null where it is none. */
export function parseEffort(word: unknown): Effort | null {
  return BUDGETS.find(([name]) => name === word)?.[0] ?? null;
}
