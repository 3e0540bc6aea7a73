/** Which contradictions are told beside values that cannot be read: those that do not only follow from them (SPEC 2). Pure. */
import type { Problem } from "./problem.ts";

/** What a section's entries are judged by besides themselves. */
const JUDGED_BY: ReadonlyMap<string, readonly string[]> = new Map([
  ["agents", ["agents.*", "loops"]],
  ["policies", ["alerts"]],
  ["alerts", ["alerts"]],
  ["loops", ["loops"]],
  ["dashboard", ["gateway", "dashboard"]],
]);

/**
 * Whether everything was read that makes what stands at this path a contradiction. Where a whole section was not, or a key
 * beside the sections may be one that was misspelt, nobody knows what its entries are called.
 */
export function isSound(path: string, unread: readonly Problem[]): boolean {
  const [section = "", entry] = partsOf(path);
  const own = entry === undefined ? section : `${section}.${entry}`;
  const needed = [own, ...(JUDGED_BY.get(section) ?? [])];
  return unread.every((problem) => {
    const [first = "", second] = partsOf(problem.path);
    return second !== undefined && !needed.includes(first) && !needed.includes(`${first}.${second}`);
  });
}

/** As `renderPath` joined them; names in quotes stay in them. */
function partsOf(path: string): readonly string[] {
  return path.match(/"(?:[^"\\]|\\.)*"|[^."]+/g) ?? [];
}
