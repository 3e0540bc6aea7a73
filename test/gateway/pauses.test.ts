/** Pauses: which of two holds, and that a database that is full changes nothing in force. */
import { expect, test } from "bun:test";
import type { Pause, PauseCause } from "../../server/core/pause.ts";
import { createPauses, outlasts } from "../../server/gateway/pauses.ts";

const pause = (by: PauseCause["by"], until: number | null): Pause => {
  const causes = {
    person: { by: "person", note: null },
    budget: { by: "budget", window: "hour", least: 1 },
    policy: { by: "policy", rule: "r" },
    loop: { by: "loop" },
  } as const;
  return { agent: "bot", since: 0, until, cause: causes[by] };
};

test.each([
  ["person", null, 10, true],
  ["loop", null, 10, true],
  ["policy", null, null, true],
  ["person", 20, 10, true],
  ["person", 10, 20, false],
  ["person", 10, null, false],
  ["budget", null, 10, false],
  ["budget", 20, 10, false],
] as const)("one by %s until %p outlasts a rule's until %p: %p", (by, until, next, stays) => {
  expect(outlasts(pause(by, until), pause("policy", next))).toBe(stays);
});

test("what the database cannot keep is in force all the same, and so is its end", () => {
  const full = () => {
    throw new Error("SQLITE_FULL");
  };
  const pauses = createPauses({ readPauses: () => [], writePause: full, removePause: full });
  expect(() => pauses.put(pause("person", null))).toThrow("SQLITE_FULL");
  expect(pauses.find("bot")).toMatchObject({ cause: { by: "person" } });
  expect(() => pauses.lift("bot")).toThrow("SQLITE_FULL");
  expect(pauses.find("bot")).toBeNull();
});
