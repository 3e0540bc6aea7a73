/** What the readers of requests have in common. Every member is hostile: of any type, any size. */
import { type Json, objectOf } from "./json.ts";
import type { Demand } from "./protocol.ts";

/** A demand that asks for nothing; a protocol's reader states what differs. */
export const NO_DEMAND: Demand = {
  ceiling: null,
  choices: 1,
  demandsStructure: false,
  thinkingBudget: 0,
  thinks: null,
  mediaOutput: false,
  hiddenInput: false,
  cacheWrite: "short",
  surcharges: [],
  background: false,
  usageChunk: false,
};

/** Beyond what any model writes or any host multiplies: figures stay exact in the sums made of them. */
const MAX_TOKENS = 10_000_000;
const MAX_CHOICES = 100_000;

/**
 * A bound in tokens, or null where the value is none: several hosts read zero and negative numbers as "no bound".
 * Numbers in quotes count, because hosts convert them.
 */
export function ceilingOf(value: unknown): number | null {
  const number = numberOf(value);
  return number !== null && number > 0 ? Math.min(MAX_TOKENS, Math.ceil(number)) : null;
}

/**
 * The highest of the bounds that were written, or null where one of them is none: hosts differ in which one they obey.
 * Null is not written.
 */
export function highestCeiling(...values: readonly unknown[]): number | null {
  const ceilings = values.filter(isGiven).map(ceilingOf);
  return ceilings.reduce(
    (one, other) => (one === null || other === null ? null : Math.max(one, other)),
    ceilings[0] ?? null,
  );
}

/** Whether a member says something: clients write null for what they leave out. */
export function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** The names that stand in a request, else the usual one. */
export function writtenNames(request: Json, names: readonly string[], usual: string): readonly string[] {
  const written = names.filter((name) => isGiven(request[name]));
  return written.length > 0 ? written : [usual];
}

/** How many answers a member asks for, at least 1. */
export function choicesOf(value: unknown): number {
  return Math.min(MAX_CHOICES, Math.max(1, Math.ceil(numberOf(value) ?? 1)));
}

/** Whether an answer's format is one that only a program reads: `response_format` and its like. */
export function demandsFormat(value: unknown): boolean {
  const type = objectOf(value)?.type;
  return typeof type === "string" && type !== "text";
}

/** Whether a choice of tools leaves no way to answer with a sentence: a mode, a tool, or a list of allowed ones. */
export function forcesTool(value: unknown): boolean {
  if (typeof value === "string") return FORCING.has(value.toLowerCase());
  const choice = objectOf(value);
  if (!choice) return false;
  if (choice.type === "allowed_tools") return forcesTool(choice.mode ?? objectOf(choice.allowed_tools)?.mode);
  return typeof choice.type === "string" ? !LEAVING.has(choice.type) : objectOf(choice.function) !== null;
}

const FORCING = new Set(["required", "any"]);
const LEAVING = new Set(["auto", "none"]);

function numberOf(value: unknown): number | null {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && !Number.isNaN(number) ? number : null;
}
