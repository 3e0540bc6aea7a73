/** Reading JSON that others wrote: every member may be missing or of another type. */

import { goesTooDeep } from "./json-depth.ts";
import { isTooDeep } from "./translation/nesting.ts";

export type Json = { readonly [member: string]: unknown };

/** The value if it is a JSON object. */
export function objectOf(value: unknown): Json | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : null;
}

/** The value's elements if it is a JSON array, else none. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : NONE;
}

const NONE: readonly unknown[] = [];

/** No answer counts more of anything: sums of figures within it stay exact. */
export const MAX_COUNT = 1e10;

/** The value if it is a whole number that can be a count; negative ones are kept as sent. */
export function countOf(value: unknown): number | null {
  return typeof value === "number" && Number.isInteger(value) && Math.abs(value) <= MAX_COUNT ? value : null;
}

/** The value if it is a string that says something. */
export function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

/** The length of a string, 0 for anything else: bytes of UTF-8 where the JSON was decoded as Latin-1. */
export function lengthOf(value: unknown): number {
  return typeof value === "string" ? value.length : 0;
}

/** The length of a value as JSON; 0 for one that goes too deep: trying to write it would hold the whole process up. */
export function writtenLength(value: unknown): number {
  return isTooDeep(value) ? 0 : JSON.stringify(value).length;
}

/** The document, or undefined where the text is not JSON, or goes so deep that parsing it would hold up everybody. */
export function parseJson(text: string): unknown {
  if (goesTooDeep(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON is an answer here: the caller reads nothing from it.
    return undefined;
  }
}
