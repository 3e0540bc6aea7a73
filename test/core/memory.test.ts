import { describe, expect, test } from "bun:test";
import { createMemory } from "../../server/core/memory.ts";

/** A memory of lengths, and what it had to find. */
function makeMemory(most: number) {
  const asked: string[] = [];
  const memory = createMemory<number | null>(most);
  const find = (key: string): number | null =>
    memory(key, () => {
      asked.push(key);
      return key === "" ? null : key.length;
    });
  return { find, asked };
}

describe("a memory", () => {
  test("finds once what is asked for again, also where there is nothing", () => {
    const { find, asked } = makeMemory(10);
    expect(["a", "", "a", ""].map(find)).toEqual([1, null, 1, null]);
    expect(asked).toEqual(["a", ""]);
  });

  test("holds no more than it may, and goes on finding", () => {
    const { find, asked } = makeMemory(2);
    expect(["a", "bb", "ccc", "ccc", "a"].map(find)).toEqual([1, 2, 3, 3, 1]);
    expect(asked).toEqual(["a", "bb", "ccc", "a"]);
  });

  test("keeps no long key", () => {
    const { find, asked } = makeMemory(10);
    const long = "x".repeat(257);
    expect([find(long), find(long)]).toEqual([257, 257]);
    expect(asked).toEqual([long, long]);
  });
});
