/** How deep a document goes: what goes deeper than the engine's stack cannot be written again. */

/** No schema and no arguments go as deep; the engine's stack takes some ten thousand levels. */
const DEEPEST = 500;

/** Whether values stand deeper in each other than can be carried over. Level by level: the depth is the sender's to choose. */
export function isTooDeep(document: unknown): boolean {
  let level = childrenOf(document);
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > DEEPEST) return true;
    level = level.flatMap(childrenOf);
  }
  return false;
}

function childrenOf(value: unknown): readonly unknown[] {
  return typeof value === "object" && value !== null ? Object.values(value).filter(isNest) : [];
}

function isNest(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}
