/** The names of models, without what hosts and clients put before them. */

/**
 * The model's own name: `openai/gpt-x`, `models/gemini-x` and `ft:gpt-x:org::id` begin with another one. Lower-case;
 * empty where no model is named.
 */
export function bareModel(model: string | null): string {
  if (model === null) return "";
  const bare = model.slice(model.lastIndexOf("/") + 1).toLowerCase();
  return bare.startsWith(TUNED) ? bare.slice(TUNED.length) : bare;
}

/** What stands before the model that a fine-tuned one was made from. */
const TUNED = "ft:";
