/** What is set at run time and wins over the file (SPEC 2.2): values by their paths, and how a change makes others of them. Pure. */
import type { Place } from "./problem.ts";

export type Path = readonly string[];

/**
 * By the path that `keyOf` writes, in the form that the file has, in the order in which they were set first. Null is a value
 * that was set and cannot be read any more: the file's does not act in its place, nothing does.
 */
export type RunTimeValues = ReadonlyMap<string, unknown>;

/** One step of a change. Clearing a path clears everything beneath it. */
export type Edit =
  | { readonly kind: "set"; readonly path: Path; readonly value: unknown }
  | { readonly kind: "clear"; readonly path: Path };

/** Where every value stands that was set at run time. */
export const RUN_TIME: Place = { file: "(set at run time)", line: null, column: null };

/** A path as the key of a map: names in it may hold any character. */
export function keyOf(path: Path): string {
  return JSON.stringify(path);
}

/** The path of a key that `keyOf` wrote; null when it wrote no such key. */
export function pathOf(key: string): Path | null {
  try {
    const path: unknown = JSON.parse(key);
    return Array.isArray(path) && path.every((part) => typeof part === "string") ? path : null;
  } catch {
    return null; // a row that was edited by hand
  }
}

/** The values after these edits, one after the other. */
export function applyEdits(values: RunTimeValues, edits: readonly Edit[]): RunTimeValues {
  const next = new Map(values);
  for (const edit of edits) {
    const key = keyOf(edit.path);
    if (edit.kind === "set") {
      next.set(key, edit.value);
      continue;
    }
    // `["a","b"]` is above `["a","b","c"]`, and not above `["a","bc"]`.
    const above = `${key.slice(0, -1)},`;
    for (const other of [...next.keys()]) {
      if (other === key || edit.path.length === 0 || other.startsWith(above)) next.delete(other);
    }
  }
  return next;
}

/** The keys that came or have another value, and those that went. */
export function compareValues(
  before: RunTimeValues,
  after: RunTimeValues,
): { readonly set: string[]; readonly cleared: string[] } {
  const isSame = (key: string) => before.has(key) && Bun.deepEquals(before.get(key), after.get(key));
  return {
    set: [...after.keys()].filter((key) => !isSame(key)),
    cleared: [...before.keys()].filter((key) => !after.has(key)),
  };
}
