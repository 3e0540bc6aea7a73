/** Answers that are kept, so that what was found once need not be found again. */

/** The answer that is kept for a key; `find` is asked where none is. */
export type Cache<Found> = (key: string, find: () => Found) => Found;

/** Longer keys are not kept, so that nobody fills the cache with a few of them. */
const LONGEST = 256;

/**
 * Remembers answers that depend on their key alone. Keys come from outside, so there are at most `most` of them: with one
 * more it begins anew.
 */
export function createCache<Found>(most: number): Cache<Found> {
  const kept = new Map<string, Found>();

  return (key, find) => {
    const known = kept.get(key);
    if (known !== undefined) return known;
    if (key.length > LONGEST) return find();
    const found = find();
    if (kept.size >= most) kept.clear();
    kept.set(key, found);
    return found;
  };
}
