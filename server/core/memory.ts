/** What was found once need not be found again: for what depends on a text from outside, and on nothing else. */

/** What is known for a key; `find` is asked where nothing is. */
export type Memory<Found> = (key: string, find: () => Found) => Found;

/** Longer keys are not kept, so that nobody fills the memory with a few of them. */
const LONGEST = 256;

/** Keeps up to `most` findings; with one more it begins anew. */
export function createMemory<Found>(most: number): Memory<Found> {
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
