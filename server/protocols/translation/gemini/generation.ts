/** What a Gemini model takes, told by its name. Names of no known version are taken for the second generation's. */

/** Whether the model is of the third generation or later: thinking by levels, media in results of functions. */
export function isThirdGeneration(model: string): boolean {
  return Number(/(?:^|\/)gemini-(\d+)/.exec(model)?.[1] ?? 2) >= 3;
}

/** Whether the model thinks at all: all do that came after 2.0. */
export function isThinker(model: string): boolean {
  return !/(?:^|\/)gemini-(?:1|2\.0)(?!.*thinking)/.test(model);
}

/** Whether the model cannot do without thinking. */
export function isPro(model: string): boolean {
  return /(?:^|\/)gemini-[\w.]*-?pro\b/.test(model);
}
