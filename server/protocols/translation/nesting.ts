/** How deep a document goes: what goes deeper than the engine's stack cannot be written again. */

/** No schema and no arguments go as deep; the engine's stack takes some ten thousand levels. */
const DEEPEST = 500;

/** Whether values stand deeper in each other than can be carried over. It looks no deeper than that. */
export function isTooDeep(document: unknown): boolean {
  return goesBelow(document, DEEPEST + 1);
}

function goesBelow(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (levels === 0) return true;
  if (Array.isArray(value)) return value.some((element) => goesBelow(element, levels - 1));
  return Object.values(value).some((member) => goesBelow(member, levels - 1));
}
