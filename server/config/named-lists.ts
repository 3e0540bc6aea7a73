/** Lists whose entries have names: at run time each entry stands under its name, and `false` removes the file's (SPEC 2.2). Pure. */
import type { Path } from "./run-time.ts";

export const NAMED_LISTS: readonly Path[] = [["policies"], ["alerts", "rules"]];

/** Whether such a list stands at this very path. */
export function isNamedList(path: Path): boolean {
  return NAMED_LISTS.some((list) => list.length === path.length && startsWith(path, list));
}

/** The list at this path or above it; null where there is none. */
export function namedListAbove(path: Path): Path | null {
  return NAMED_LISTS.find((list) => startsWith(path, list)) ?? null;
}

/** Whether `path` is `above` or lies beneath it. */
export function startsWith(path: Path, above: Path): boolean {
  return above.every((key, index) => path[index] === key);
}
