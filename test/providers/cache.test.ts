import { describe, expect, test } from "bun:test";
import { createCache } from "../../server/providers/cache.ts";

/** A cache of lengths, and what it had to find. */
function makeCache(most: number) {
  const asked: string[] = [];
  const cache = createCache<number | null>(most);
  const find = (key: string): number | null =>
    cache(key, () => {
      asked.push(key);
      return key === "" ? null : key.length;
    });
  return { find, asked };
}

describe("a cache", () => {
  test("finds once what is asked for again, also where there is nothing", () => {
    const { find, asked } = makeCache(10);
    expect(["a", "", "a", ""].map(find)).toEqual([1, null, 1, null]);
    expect(asked).toEqual(["a", ""]);
  });

  test("holds no more than it may, and goes on finding", () => {
    const { find, asked } = makeCache(2);
    expect(["a", "bb", "ccc", "ccc", "a"].map(find)).toEqual([1, 2, 3, 3, 1]);
    expect(asked).toEqual(["a", "bb", "ccc", "a"]);
  });

  test("keeps no long key", () => {
    const { find, asked } = makeCache(10);
    const long = "x".repeat(257);
    expect([find(long), find(long)]).toEqual([257, 257]);
    expect(asked).toEqual([long, long]);
  });
});
