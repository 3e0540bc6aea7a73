import { describe, expect, test } from "bun:test";
import { createKeyRest } from "../../server/gateway/key-rest.ts";

const NOW = Date.parse("2026-03-10T12:00:00Z");
const ORIGIN = "https://alpha.example";
const after = (seconds: number | string) => new Headers({ "retry-after": String(seconds) });

describe("a key that was answered 429", () => {
  test("rests for as long as it was told, then no longer", () => {
    const keys = createKeyRest();
    keys.rest(ORIGIN, "k1", after(5), NOW);
    expect(keys.check(ORIGIN, "k1", NOW)).toBe(5_000);
    expect(keys.check(ORIGIN, "k1", NOW + 4_999)).toBe(1);
    expect(keys.check(ORIGIN, "k1", NOW + 5_000)).toBe(0);
    expect(keys.check(ORIGIN, "k1", NOW)).toBe(0);
  });

  test("rests alone: not another key, nor the same one elsewhere, nor calls without any", () => {
    const keys = createKeyRest();
    keys.rest(ORIGIN, "k1", after(5), NOW);
    expect(keys.check(ORIGIN, "k2", NOW)).toBe(0);
    expect(keys.check("https://beta.example", "k1", NOW)).toBe(0);
    expect(keys.check(ORIGIN, null, NOW)).toBe(0);
  });

  test("rests for a second when it was told nothing that can be read, and for a minute at most", () => {
    const keys = createKeyRest();
    keys.rest(ORIGIN, "silent", new Headers(), NOW);
    keys.rest(ORIGIN, "odd", after("later"), NOW);
    keys.rest(ORIGIN, "long", after(86_400), NOW);
    keys.rest(ORIGIN, "date", after(new Date(NOW + 3_000).toUTCString()), NOW);
    keys.rest(ORIGIN, "at once", after(0), NOW);
    const waits = ["silent", "odd", "long", "date", "at once"].map((key) => keys.check(ORIGIN, key, NOW));
    expect(waits).toEqual([1_000, 1_000, 60_000, 3_000, 0]);
  });

  test("rests no shorter for another 429 of a call that left before", () => {
    const keys = createKeyRest();
    keys.rest(ORIGIN, "k1", after(10), NOW);
    keys.rest(ORIGIN, "k1", after(1), NOW + 1_000);
    expect(keys.check(ORIGIN, "k1", NOW + 1_000)).toBe(9_000);
    keys.rest(ORIGIN, "k1", after(20), NOW + 2_000);
    expect(keys.check(ORIGIN, "k1", NOW + 2_000)).toBe(20_000);
  });

  test("does not wait for a clock that was set back", () => {
    const keys = createKeyRest();
    keys.rest(ORIGIN, "k1", after(10), NOW);
    expect(keys.check(ORIGIN, "k1", NOW - 3_600_000)).toBe(0);
  });
});

test("a call without a key that is known brings nobody to rest", () => {
  const keys = createKeyRest();
  keys.rest(ORIGIN, null, after(10), NOW);
  expect(keys.check(ORIGIN, null, NOW)).toBe(0);
  expect(keys.check(ORIGIN, "", NOW)).toBe(0);
});

test("invented keys push out the one whose 429 is oldest, and no newer one", () => {
  const keys = createKeyRest();
  keys.rest(ORIGIN, "first", after(60), NOW);
  keys.rest(ORIGIN, "again", after(30), NOW);
  for (let i = 0; i < 9_998; i++) keys.rest(ORIGIN, `k${i}`, after(60), NOW);
  expect(keys.check(ORIGIN, "first", NOW)).toBe(60_000);
  keys.rest(ORIGIN, "first", after(60), NOW);
  keys.rest(ORIGIN, "one more", after(60), NOW);
  expect(keys.check(ORIGIN, "again", NOW)).toBe(0);
  expect(keys.check(ORIGIN, "first", NOW)).toBe(60_000);
  expect(keys.check(ORIGIN, "k0", NOW)).toBe(60_000);
});
