import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { hourStart } from "../../server/core/calendar.ts";
import { blockedLine, callLine, makeHold, makeStoreHome, START } from "./support.ts";

const HOUR = 3_600_000;
const FIRST = START - (START % HOUR);

describe("calls that were let in", () => {
  test("count in the hour of it: before their latency, or when their line says so", () => {
    using home = makeStoreHome("admitted");
    const { journal, index } = home.open();
    const next = FIRST + HOUR;
    journal.append(callLine("r1", { latency_ms: 1_000 }, next));
    journal.append(callLine("r2", { latency_ms: 1_000 }, next + 1_000));
    journal.append(callLine("r3", { latency_ms: 9_000, admitted: new Date(next).toISOString() }, next + 500));
    journal.append(callLine("r4", { agent: "writer", latency_ms: 0 }, next));
    journal.append(blockedLine("b1", {}, next));
    expect(index.admitted(FIRST, next)).toEqual(new Map([["researcher", 1]]));
    expect(index.admitted(next, next + HOUR)).toEqual(
      new Map([
        ["researcher", 2],
        ["writer", 1],
      ]),
    );
    expect(index.admitted(FIRST, next + HOUR).get("researcher")).toBe(3);
  });

  test("count when a crash interrupted them, and when their entries are not kept", () => {
    using home = makeStoreHome("admitted");
    const first = home.open({ max_entries: 2 });
    first.holds.open(makeHold("r1", { time: START }));
    first.close();
    home.time = START + 5 * HOUR;
    const { journal, index } = home.open({ max_entries: 2 });
    for (let i = 0; i < 5; i++) journal.append(callLine(`s${i}`, { latency_ms: 0 }, home.time));
    expect(index.admitted(FIRST, FIRST + HOUR)).toEqual(new Map([["researcher", 1]]));
    expect(index.admitted(FIRST + 5 * HOUR, FIRST + 6 * HOUR)).toEqual(new Map([["researcher", 5]]));
    expect(index.logs({}, 99, null).entries.length).toBeLessThan(6);
  });

  test("are still counted when a line tells nonsense of its time", () => {
    using home = makeStoreHome("admitted");
    const { journal, index } = home.open();
    for (const latency_ms of [-5, 1e300, Number.NaN])
      journal.append(callLine(`r${latency_ms}`, { latency_ms, admitted: "long ago" }));
    expect(index.admitted(FIRST, FIRST + HOUR)).toEqual(new Map([["researcher", 3]]));
    expect(home.logged).toEqual([]);
  });

  test("are counted by the hours of the gateway's zone, however the lines are cut into batches", () => {
    const zone = "Asia/Kolkata";
    const call = fc.record({
      agent: fc.constantFrom("a", "b"),
      after: fc.integer({ min: 0, max: HOUR }),
      latency_ms: fc.integer({ min: 0, max: HOUR }),
      isAsked: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(call, { maxLength: 20 }), (calls) => {
        using home = makeStoreHome("admitted");
        const { journal, index } = home.open({}, { timezone: zone });
        const expected = new Map<string, number>();
        let time = START;
        for (const [i, { agent, after, latency_ms, isAsked }] of calls.entries()) {
          time += after;
          journal.append(callLine(`r${i}`, { agent, latency_ms }, time));
          const key = `${hourStart(time - latency_ms, zone)} ${agent}`;
          expected.set(key, (expected.get(key) ?? 0) + 1);
          if (isAsked) index.agents();
        }
        for (const [key, count] of expected) {
          const [hour, agent = ""] = key.split(" ");
          expect(index.admitted(Number(hour), Number(hour) + 1).get(agent)).toBe(count);
        }
        const all = [...index.admitted(0, time + HOUR).values()].reduce((sum, count) => sum + count, 0);
        expect(all).toBe(calls.length);
      }),
      { numRuns: 30 },
    );
  });
});
