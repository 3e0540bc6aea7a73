/** What a reader has learnt so far, as it writes it down; the meter sees it as `AnswerReading`. */
import { isKnown, type Usage } from "../core/usage.ts";
import { type Json, MAX_COUNT, textOf } from "./json.ts";
import type { AnswerReading } from "./protocol.ts";

export interface Notes extends AnswerReading {
  usage: Usage | null;
  passes: { model: string | null; usage: Usage }[];
  units: Record<string, number>;
  model: string | null;
  visibleBytes: number;
  error: string | null;
  ended: boolean;
  isPending?: boolean;
}

/** Nothing read yet. */
export function createNotes(): Notes {
  return { usage: null, passes: [], units: {}, model: null, visibleBytes: 0, error: null, ended: false };
}

/** Takes over what a usage object says. One without its input is no report: the call is estimated instead. */
export function noteUsage(notes: Notes, usage: Usage): void {
  if (isKnown(usage)) notes.usage = usage;
}

/** Longest name of a model that is kept: it stands in the journal. */
const MODEL_LENGTH = 256;

/** Takes over the model's name as long as it is one. Names are as the provider writes them. */
export function noteModel(notes: Notes, model: unknown): void {
  if (typeof model === "string" && model !== "" && model.length <= MODEL_LENGTH) notes.model = model;
}

/** Takes over how far an answer has come, as its `status` says. */
export function noteStatus(notes: Notes, status: unknown): void {
  if (typeof status === "string") notes.isPending = status === "queued" || status === "in_progress";
}

/** Sets a billed unit; it may be a fraction. None of it is no entry, and more than can be has no price. */
export function noteUnit(notes: Notes, name: string, amount: unknown): void {
  if (typeof amount === "number" && amount > 0) notes.units[name] = Math.min(amount, MAX_COUNT);
}

/** Rates that are not the standard ones: the price of tokens depends on them, so they are units of their own. */
const TIERS = new Map([
  ["flex", "flex_tier"],
  ["priority", "priority_tier"],
  ["batch", "batch_tier"],
  ["scale", "scale_tier"],
  ["fast", "fast_tier"],
]);

/** The unit that a service tier or a speed is charged as; null for the standard one, and for what is none. */
export function tierUnit(tier: unknown): string | null {
  return typeof tier === "string" ? (TIERS.get(tier.toLowerCase()) ?? null) : null;
}

/** Places that cost nothing extra: anywhere, and models that cannot choose. */
const ANYWHERE: ReadonlySet<unknown> = new Set(["global", "not_available"]);

/** The unit that a place of inference is charged as; null where it costs nothing extra, and for what is none. */
export function regionUnit(region: unknown): string | null {
  return textOf(region) !== null && !ANYWHERE.has(region) ? "regional_tier" : null;
}

/**
 * Models that search for every answer, for a fee that no usage reports.
 * https://platform.openai.com/docs/guides/tools-web-search#limitations
 */
const SEARCHING = /-search-(?:preview|api)/i;

/** The unit that stands for the fee of a model that searches unasked; null for all others. */
export function searchUnit(model: unknown): string | null {
  return typeof model === "string" && SEARCHING.test(model) ? SEARCH_TIER : null;
}

/** Searches that are charged, and that no usage reports. */
export const SEARCH_TIER = "search_tier";

/** Notes a service tier or a speed that is charged at its own rate. */
export function noteTier(notes: Notes, tier: unknown): void {
  noteRate(notes, tierUnit(tier));
}

/** Notes a unit that says at which rate the tokens are charged, if it is one. */
export function noteRate(notes: Notes, unit: string | null): void {
  if (unit !== null) notes.units[unit] = 1;
}

/** Longest error code that is kept: it stands in the journal. */
const CODE_LENGTH = 64;

/**
 * Notes the code of an error, never its text: the first candidate that looks like a code. Status numbers are codes
 * where nothing better is said.
 */
export function noteError(notes: Notes, candidates: readonly unknown[]): void {
  notes.error = candidates.map(codeOf).find((code) => code !== null) ?? "error";
}

function codeOf(value: unknown): string | null {
  const text = typeof value === "number" ? String(value) : textOf(value);
  return text !== null && text.length <= CODE_LENGTH && /^[\w.:/-]+$/.test(text) ? text : null;
}

/** The candidates of an OpenAI-like error object, or of a bare string. */
export function errorCodes(error: unknown): readonly unknown[] {
  if (typeof error !== "object" || error === null) return [error];
  const { code, type, status } = error as Json;
  return typeof code === "number" ? [type, status, code] : [code, type, status];
}
