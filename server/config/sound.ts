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
 * Whether every value that the contradiction at this path rests on could be read; else it may only follow from a problem
 * that is told already. A whole section that could not be read, or an unknown key beside the sections, leaves the names of
 * entries in doubt.
 */
export function restsOnReadValues(path: string, unread: readonly Problem[]): boolean {
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
