import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Reason } from "../../server/core/refusal.ts";
import { createDoorkeeper, type Doorkeeper } from "../../server/gateway/doorkeeper.ts";

const NOW = Date.parse("2026-03-10T12:00:00Z");
const AT_ONCE = { delayed: false, fold: false };
const LOOP = { delayed: true, fold: true };

function knock(
  door: Doorkeeper<string>,
  times: number,
  { agent = "a", reason = "budget_exceeded" as Reason, now = NOW, sample = "" } = {},
) {
  return Array.from({ length: times }, () => door.note({ agent, reason }, sample, now));
}

describe("equal refusals", () => {
  test("are answered at once and written one by one up to the ninth within a minute, not from the tenth on", () => {
    const door = createDoorkeeper<string>({ limit: 100 });
    expect(knock(door, 9)).toEqual(Array(9).fill(AT_ONCE));
    expect(knock(door, 2)).toEqual([LOOP, LOOP]);
  });

  test("are no loop when they come slowly", () => {
    const door = createDoorkeeper<string>({ limit: 100 });
    for (let i = 0; i < 50; i++) expect(knock(door, 1, { now: NOW + i * 7_000 })).toEqual([AT_ONCE]);
    expect(door.flushAll()).toEqual([]);
  });

  test("are a loop again and again while it goes on, and none a minute after", () => {
    const door = createDoorkeeper<string>({ limit: 1_000 });
    knock(door, 9);
    for (let i = 1; i < 60; i++) expect(knock(door, 1, { now: NOW + i * 1_000 })).toEqual([LOOP]);
    expect(knock(door, 1, { now: NOW + 180_000 })).toEqual([AT_ONCE]);
  });

  test("count for each agent and each reason alone", () => {
    const door = createDoorkeeper<string>({ limit: 100 });
    knock(door, 20);
    expect(knock(door, 1, { agent: "b" })).toEqual([AT_ONCE]);
    expect(knock(door, 1, { reason: "rate_limited" })).toEqual([AT_ONCE]);
  });

  test("of callers that are no agents count together", () => {
    const door = createDoorkeeper<string>({ limit: 100 });
    const stranger = () => door.note({ agent: null, reason: "unknown_path" }, "", NOW);
    for (let i = 0; i < 9; i++) expect(stranger()).toEqual(AT_ONCE);
    expect(stranger()).toEqual(LOOP);
    expect(door.note({ agent: null, reason: "unknown_provider" }, "", NOW)).toEqual(AT_ONCE);
  });
});

describe("delayed replies", () => {
  test("are no more at a time than allowed: those beyond leave at once, and are folded all the same", () => {
    const door = createDoorkeeper<string>({ limit: 2 });
    knock(door, 9);
    expect(knock(door, 4).map(({ delayed }) => delayed)).toEqual([true, true, false, false]);
    door.release();
    expect(knock(door, 2)).toEqual([LOOP, { delayed: false, fold: true }]);
  });
});

describe("a folded line", () => {
  test("is due ten seconds after its first refusal, with the latest sample and their count", () => {
    const door = createDoorkeeper<string>({ limit: 100 });
    knock(door, 9, { sample: "written" });
    knock(door, 3, { sample: "early" });
    knock(door, 1, { sample: "late", now: NOW + 9_999 });
    expect(door.flush(NOW + 9_999)).toEqual([]);
    expect(door.flush(NOW + 10_000)).toEqual([{ sample: "late", count: 4 }]);
    expect(door.flush(NOW + 20_000)).toEqual([]);
    knock(door, 1, { sample: "next", now: NOW + 20_000 });
    expect(door.flush(NOW + 29_999)).toEqual([]);
    expect(door.flush(NOW + 30_000)).toEqual([{ sample: "next", count: 1 }]);
  });

  test("is given at once, and once only, when all are asked for", () => {
    const door = createDoorkeeper<string>({ limit: 100 });
    knock(door, 11, { sample: "a" });
    knock(door, 10, { agent: "b", sample: "b" });
    expect(door.flushAll()).toEqual([
      { sample: "a", count: 2 },
      { sample: "b", count: 1 },
    ]);
    expect(door.flushAll()).toEqual([]);
    expect(door.flush(NOW + 60_000)).toEqual([]);
  });

  test("is not kept for a clock that was set back", () => {
    const door = createDoorkeeper<string>({ limit: 100 });
    knock(door, 10);
    expect(door.flush(NOW - 3_600_000)).toHaveLength(1);
  });

  test("is not lost when the clock is set back under it", () => {
    const door = createDoorkeeper<string>({ limit: 100 });
    knock(door, 10, { now: NOW + 50_000 });
    knock(door, 1, { now: NOW - 5_000 });
    expect(door.flush(NOW + 55_000)).toEqual([]);
    expect(door.flush(NOW + 60_000)).toEqual([{ sample: "", count: 2 }]);
  });
});

test("agents beyond those that can be kept apart share one count, until others have been quiet for a minute", () => {
  const door = createDoorkeeper<string>({ limit: 100 });
  for (let i = 0; i < 10_000; i++) knock(door, 1, { agent: `agent-${i}` });
  for (let i = 0; i < 9; i++) expect(knock(door, 1, { agent: `late-${i}` })).toEqual([AT_ONCE]);
  expect(knock(door, 1, { agent: "late-9" })).toEqual([LOOP]);
  expect(door.flush(NOW + 59_999)).toHaveLength(1);
  door.flush(NOW + 60_000);
  expect(knock(door, 1, { agent: "late-9", now: NOW + 60_000 })).toEqual([AT_ONCE]);
  expect(knock(door, 9, { agent: "late-8", now: NOW + 60_000 })).toEqual(Array(9).fill(AT_ONCE));
});

test("every refusal is in exactly one line, and no more replies are delayed than allowed, whatever the times", () => {
  const step = fc.record({
    agent: fc.constantFrom("a", "b", null),
    reason: fc.constantFrom<Reason>("rate_limited", "budget_exceeded"),
    times: fc.nat(15),
    gap: fc.oneof(fc.nat(500), fc.nat(15_000), fc.integer({ min: -90_000, max: 90_000 })),
    next: fc.constantFrom("nothing", "flush", "flushAll", "release"),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100 }), fc.nat(5), (steps, limit) => {
      const door = createDoorkeeper<string>({ limit });
      const refused = new Map<string, number>();
      const lines = new Map<string, number>();
      const add = (to: Map<string, number>, name: string, count: number) =>
        to.set(name, (to.get(name) ?? 0) + count);
      let now = NOW;
      let delayed = 0;
      const write = (folded: ReturnType<typeof door.flush>) => {
        for (const { sample, count } of folded) add(lines, sample, count);
      };
      for (const { agent, reason, times, gap, next } of steps) {
        now += gap;
        const name = `${agent} ${reason}`;
        for (let i = 0; i < times; i++) {
          const handling = door.note({ agent, reason }, name, now);
          add(refused, name, 1);
          if (!handling.fold) add(lines, name, 1);
          if (handling.delayed) delayed += 1;
          expect(handling.fold || !handling.delayed).toBe(true);
        }
        expect(delayed).toBeLessThanOrEqual(limit);
        if (next === "flush") write(door.flush(now));
        if (next === "flushAll") write(door.flushAll());
        if (next === "release" && delayed > 0) {
          delayed -= 1;
          door.release();
        }
      }
      write(door.flushAll());
      expect(lines).toEqual(refused);
    }),
    { numRuns: 300 },
  );
});
