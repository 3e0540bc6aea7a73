/**
 * How much the models of OpenAI can be told to think, by their names: every generation has refused words of the one before.
 * https://developers.openai.com/api/docs/guides/reasoning
 */
import { bareModel } from "../model-name.ts";
import type { Effort } from "./form.ts";

/** What may be said: an effort, or that it is not to think at all. */
export type ToldEffort = Effort | "none";

const UP_TO_HIGH: readonly ToldEffort[] = ["low", "medium", "high"];
const UP_TO_XHIGH: readonly ToldEffort[] = [...UP_TO_HIGH, "xhigh"];
const UP_TO_MAX: readonly ToldEffort[] = [...UP_TO_XHIGH, "max"];

/** The first that fits, from the newest: a version that nobody knows yet is taken for the newest one. */
const MODELS: readonly (readonly [RegExp, readonly ToldEffort[]])[] = [
  [/deep-research|^computer-use/, ["medium"]],
  [/^(?:chatgpt|gpt-(?:[34](?!\d)|audio|5-chat))/, []],
  [/^gpt-5\.\d+-chat/, ["medium"]],
  [/^gpt-5-pro/, ["high"]],
  [/^gpt-5\.\d+-pro/, ["medium", "high", "xhigh"]],
  [/^(?:o\d|gpt-oss|codex-mini|gpt-5-codex|gpt-5\.1-codex(?!-max))/, UP_TO_HIGH],
  [/^(?:gpt-5\.\d+-)?codex/, UP_TO_XHIGH],
  [/^gpt-5(?!\.?\d)/, ["minimal", ...UP_TO_HIGH]],
  [/^gpt-5\.1(?!\d)/, ["none", ...UP_TO_HIGH]],
  [/^gpt-5\.[2-5](?!\d)/, ["none", ...UP_TO_XHIGH]],
  [/^gpt-(?:5\.|6(?!\.\d|-astra))/, ["none", ...UP_TO_MAX]],
  [/^gpt-\d/, UP_TO_MAX],
];

/** These do not think unless they are told to; the others do, as far as they can. */
const QUIET = /^gpt-5\.[1-4](?!\d)/;
/** Open weights, which are served by other hosts and take whatever those do. */
const OPEN = /^gpt-oss/;

/** The words that a model takes: none where it does not think. Null: the model is another maker's, of which nothing is known. */
export function effortsOf(model: string): readonly ToldEffort[] | null {
  const name = bareModel(model);
  return MODELS.find(([models]) => models.test(name))?.[1] ?? null;
}

/**
 * Whether a model that is told this, or nothing (null), lets itself be told a temperature, a top_p and penalties: one that
 * thinks takes nothing but its defaults. https://developers.openai.com/api/docs/guides/latest-model
 */
export function takesSampling(model: string, told: ToldEffort | null): boolean {
  const taken = effortsOf(model) ?? [];
  const name = bareModel(model);
  if (taken.length === 0 || OPEN.test(name)) return true;
  return taken.includes("none") && (told === null ? QUIET.test(name) : told === "none");
}
