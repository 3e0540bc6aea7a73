import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  createLoopMemory,
  type Fingerprint,
  fingerprintTurn,
  isLoop,
  type LoopTerms,
  normalise,
  takeTurn,
} from "../../server/core/loop-detector.ts";

const terms: LoopTerms = { window: 20, threshold: 10 };

/** Takes every request in turn; the places (from 0) of those that made a loop. */
function loopsIn(requests: readonly Fingerprint[], inForce = terms): number[] {
  const memory = createLoopMemory();
  return requests.flatMap((request, place) => (takeTurn(memory, request, inForce) ? [place] : []));
}

describe("a loop", () => {
  test("is found with the tenth equal request, and told once while it goes on", () => {
    expect(loopsIn(Array.from({ length: 100 }, () => 7))).toEqual([9]);
  });

  test("is told once even where the whole window has to be equal", () => {
    expect(
      loopsIn(
        Array.from({ length: 50 }, () => 7),
        { window: 5, threshold: 5 },
      ),
    ).toEqual([4]);
  });

  test("is told again when it has stopped and begins anew", () => {
    const loop = Array.from({ length: 10 }, () => 7);
    const other = Array.from({ length: 20 }, (_, index) => 100 + index);
    expect(loopsIn([...loop, ...other, ...loop])).toEqual([9, 39]);
  });

  test("is none where equal requests lie too far apart", () => {
    const spread = Array.from({ length: 300 }, (_, index) => (index % 3 === 0 ? 7 : 100 + index));
    expect(loopsIn(spread)).toEqual([]);
  });

  test("is seen coming by a check that records nothing", () => {
    const memory = createLoopMemory();
    for (let count = 0; count < 9; count++) {
      for (let again = 0; again < 5; again++) expect(isLoop(memory, 7, terms)).toBe(false);
      takeTurn(memory, 7, terms);
    }
    expect(isLoop(memory, 7, terms)).toBe(true);
    expect(isLoop(memory, 8, terms)).toBe(false);
  });

  test("is found exactly where a naive count over the last requests finds one", () => {
    const requests = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 120 });
    const size = fc.integer({ min: 1, max: 30 });
    fc.assert(
      fc.property(requests, size, size, (several, window, threshold) => {
        const memory = createLoopMemory();
        for (const [place, request] of several.entries()) {
          const last = several.slice(Math.max(0, place + 1 - window), place + 1);
          const equal = last.filter((one) => one === request).length;
          expect(isLoop(memory, request, { window, threshold })).toBe(equal >= threshold);
          takeTurn(memory, request, { window, threshold });
          expect(memory.ring.length).toBeLessThanOrEqual(window);
          expect([...memory.counts.values()].reduce((sum, count) => sum + count, 0)).toBe(memory.ring.length);
          expect(memory.counts.size).toBeLessThanOrEqual(window);
        }
      }),
    );
  });

  test("is never found among requests that are all distinct", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.bigInt({ min: 0n, max: 2n ** 64n }), { maxLength: 100 }), (distinct) => {
        expect(loopsIn(distinct, { window: 20, threshold: 2 })).toEqual([]);
      }),
    );
  });

  test("is judged by the newest requests when a reload changes the window", () => {
    const size = fc.integer({ min: 1, max: 20 });
    const requests = fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 20, maxLength: 60 });
    fc.assert(
      fc.property(requests, size, size, fc.integer({ min: 0, max: 2 }), (several, first, second, next) => {
        const memory = createLoopMemory();
        for (const request of several) takeTurn(memory, request, { window: first, threshold: 5 });
        const kept = several.slice(-first).slice(-second);
        const room = [...kept, next].slice(-second);
        const equal = room.filter((one) => one === next).length;
        expect(isLoop(memory, next, { window: second, threshold: equal })).toBe(true);
        expect(isLoop(memory, next, { window: second, threshold: equal + 1 })).toBe(false);
      }),
    );
  });
});

describe("near-identical texts", () => {
  const same = (one: string, other: string) => expect(normalise(one)).toBe(normalise(other));
  const differ = (one: string, other: string) => expect(normalise(one)).not.toBe(normalise(other));

  test("differ in case and white space alone", () => {
    same("Try  again,\n please ", "try again, PLEASE");
  });

  test("differ in numbers, ids and timestamps alone", () => {
    same("attempt 3 of 10", "attempt 12 of 10");
    same("took 1.5 s", "took 120 s");
    same("at 2026-01-02T10:11:12Z", "at 2026-11-30T23:59:59.123+02:00");
    same("id 550e8400-e29b-41d4-a716-446655440000", "id aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee");
    same("call toolu_01A09q90qw failed", "call toolu_7xYz12 failed");
    same("commit 9f86d081884c7d65", "commit e3b0c44298fc1c14");
  });

  test("say the same: other words are another text", () => {
    differ("read file alpha", "read file beta");
    differ("attempt failed", "attempt 3 failed");
    differ("日本語", "中文");
  });

  test("share both ends and the rough length when they are long", () => {
    const around = (middle: string) => `${"begin ".repeat(2000)}${middle}${" end".repeat(2000)}`;
    same(around("one"), around("two"));
    differ(around("short"), around("long ".repeat(500)));
    expect(normalise("x ".repeat(1_000_000)).length).toBeLessThan(5000);
  });

  test("are told in linear time, whatever they are made of", () => {
    for (const unit of ["a", "a-", "1", "1.", "#", "#-", "abcdef12-", " ", "\n\t"]) {
      const started = performance.now();
      for (let count = 0; count < 100; count++) normalise(unit.repeat(4096));
      // Square time would take more than half a second; linear time takes a few milliseconds.
      expect(performance.now() - started).toBeLessThan(300);
    }
  });

  test("are settled by folding once: a second time changes nothing", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), (text) => {
        expect(normalise(normalise(text))).toBe(normalise(text));
      }),
    );
  });
});

describe("a turn", () => {
  const turn = (text: string, toolCalls: string[] = [], media: string[] = []) => ({
    texts: [text],
    media,
    toolCalls,
  });
  const print = (text: string, ...toolCalls: string[]) => fingerprintTurn(turn(text, toolCalls), Bun.hash);

  test("has the fingerprint of its near-identical ones", () => {
    expect(print("Retry 1", "search", '{"page":1}')).toBe(print("retry 2", "search", '{"page":2}'));
  });

  test("is another one with other words, other tool calls or more of them", () => {
    const several = [print("go"), print("stop"), print("go", "search"), print("go", "read"), print("", "go")];
    expect(new Set(several).size).toBe(several.length);
    expect(print("go", "a", "a")).not.toBe(print("go", "a"));
    const many = (count: number) => print("go", ...Array.from({ length: count }, () => "a"));
    expect(many(30)).not.toBe(many(31));
    expect(print("go", "a b")).not.toBe(print("go", "a", "b"));
  });

  test("is another one with another image, of which not even a digit is folded", () => {
    const shows = (image: string) => fingerprintTurn(turn("describe this", [], [image]), Bun.hash);
    expect(shows("data:1")).toBe(shows("data:1"));
    expect(shows("data:1")).not.toBe(shows("data:2"));
    expect(shows("data:1")).not.toBe(print("describe this"));
  });

  test("that says nothing has none", () => {
    expect(print(" \n ")).toBeNull();
    expect(fingerprintTurn({ texts: [], media: [], toolCalls: [] }, Bun.hash)).toBeNull();
    expect(print("", "{}")).not.toBeNull();
  });

  test("is hashed in bounded length, however many pieces it has", () => {
    let length = 0;
    const hash = (text: string) => {
      length = text.length;
      return 0;
    };
    const many = Array.from({ length: 5000 }, () => "y ".repeat(5000));
    fingerprintTurn({ texts: many, media: [], toolCalls: many }, hash);
    expect(length).toBeGreaterThan(0);
    expect(length).toBeLessThan(200_000);
  });
});
