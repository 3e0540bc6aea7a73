/** Entries that were made at run time stand in no line of a file: what is wrong with them is told by their names. Pure. */
import { NAMED_LISTS } from "./named-lists.ts";
import { type Problem, renamePath, renderPath } from "./problem.ts";
import { RUN_TIME } from "./run-time.ts";
import { findNode, membersByKey, type Tree } from "./tree.ts";

/** The problem with `policies.spend` in the place of `policies.3` where that is what `tree` has of run time there. */
export function tellByName(problem: Problem, tree: Tree): Problem {
  for (const list of NAMED_LISTS) {
    const above = renderPath(list);
    const [found, index] = new RegExp(`^${above}\\.(\\d+)`).exec(problem.path) ?? [];
    const name = index === undefined ? null : nameOf(findNode(tree, list), Number(index));
    if (found === undefined || name === null) continue;
    return renamePath(problem, renderPath([...list, name]) + problem.path.slice(found.length));
  }
  return problem;
}

/** Null for an entry of the file, which has a line. */
function nameOf(list: Tree | null, index: number): string | null {
  const entry = list?.kind === "list" ? list.items[index] : undefined;
  if (entry?.kind !== "map" || entry.at !== RUN_TIME) return null;
  const name = membersByKey(entry).get("name");
  return name?.kind === "scalar" && typeof name.value === "string" ? name.value : null;
}
