import { describe, expect, test } from "bun:test";
import type { LoopSettings } from "../../server/core/settings.ts";
import { createLoops, type Loops } from "../../server/gateway/loops.ts";

const terms: LoopSettings = { window: 5, threshold: 3, action: "alert" };

/** Takes the same request so many times; which of them made a loop. */
function repeat(loops: Loops, agent: string, times: number, inForce = terms): boolean[] {
  return Array.from({ length: times }, () => loops.take(agent, 7, inForce));
}

describe("loops", () => {
  test("are told once while they go on, and seen coming by a check that changes nothing", () => {
    const loops = createLoops();
    expect(repeat(loops, "bot", 2)).toEqual([false, false]);
    for (let again = 0; again < 5; again++) expect(loops.check("bot", 7, terms)).toBe(true);
    expect(loops.check("bot", 8, terms)).toBe(false);
    expect(repeat(loops, "bot", 3)).toEqual([true, false, false]);
  });

  test("are each agent's own", () => {
    const loops = createLoops();
    repeat(loops, "one", 5);
    expect(loops.check("other", 7, terms)).toBe(false);
    expect(repeat(loops, "other", 2)).toEqual([false, false]);
  });

  test("begin anew when a person has resumed the agent", () => {
    const loops = createLoops();
    repeat(loops, "bot", 5);
    repeat(loops, "other", 2);
    loops.forget("bot");
    expect(loops.check("bot", 7, terms)).toBe(false);
    expect(repeat(loops, "bot", 3)).toEqual([false, false, true]);
    expect(loops.check("other", 7, terms)).toBe(true);
  });

  test("are not made by requests that say nothing", () => {
    const loops = createLoops();
    for (let count = 0; count < 10; count++) {
      expect(loops.check("bot", null, terms)).toBe(false);
      expect(loops.take("bot", null, terms)).toBe(false);
    }
  });

  test("are neither found nor remembered where they are switched off", () => {
    const loops = createLoops();
    const off: LoopSettings = { ...terms, action: "off" };
    repeat(loops, "bot", 2);
    expect(loops.check("bot", 7, off)).toBe(false);
    expect(repeat(loops, "bot", 5, off)).toEqual([false, false, false, false, false]);
    expect(repeat(loops, "bot", 2)).toEqual([false, false]);
  });
});
