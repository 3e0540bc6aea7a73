import { describe, expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { openDatabase } from "../../server/store/database.ts";
import { removeIndex } from "../../server/store/index-db.ts";
import { INDEX_MIGRATIONS } from "../../server/store/migrations/index.ts";
import { blockedLine, callLine, makeHold, makeStoreHome, START } from "./support.ts";

const HOUR = 3_600_000;

describe("the sums of a run", () => {
  test("are those of this agent's calls with it, just written ones too, unknown costs left out", () => {
    using home = makeStoreHome("runs");
    const { journal, index } = home.open();
    expect(index.runSums("researcher", "r")).toEqual({ calls: 0, costNano: 0 });
    journal.append(callLine("1", { run: "r", cost_nano: 5 }));
    journal.append(callLine("2", { run: "r", cost_nano: 7, model: "another" }));
    journal.append(callLine("3", { run: "r", cost_nano: null, cost: null }));
    journal.append(callLine("4", { run: "r", cost_nano: 100, agent: "writer" }));
    journal.append(callLine("5", { run: "other", cost_nano: 1_000 }));
    journal.append(callLine("6", { parent_run: "r", cost_nano: 10_000 }));
    journal.append(callLine("7", { cost_nano: 100_000 }));
    journal.append(blockedLine("8", { run: "r" }));
    expect(index.runSums("researcher", "r")).toEqual({ calls: 3, costNano: 12 });
    expect(index.runSums("writer", "r")).toEqual({ calls: 1, costNano: 100 });
    expect(index.runSums("nobody", "r")).toEqual({ calls: 0, costNano: 0 });
  });

  test("go back as far as the entries do", () => {
    using home = makeStoreHome("runs");
    const { journal, index } = home.open({ max_entries: 50 });
    for (let i = 0; i < 300; i++) journal.append(callLine(`${i}`, { run: "r", cost_nano: 1 }));
    expect(index.runSums("researcher", "r")).toEqual({ calls: 50, costNano: 50 });
  });
});

describe("admissions", () => {
  test("are the times at which calls were let in, ascending, whichever ended first", () => {
    using home = makeStoreHome("admissions");
    const { journal, index } = home.open();
    journal.append(callLine("quick", { latency_ms: 10, provider: "openai" }, START + 500));
    journal.append(callLine("slow", { latency_ms: 900, agent: "writer" }, START + 1_000));
    journal.append(blockedLine("refused", {}, START + 700));
    journal.append({ type: "config", event: "config.changed", time: new Date(START + 700).toISOString() });
    expect(index.admissions(START)).toEqual([
      { time: START + 100, agent: "writer", provider: "anthropic" },
      { time: START + 490, agent: "researcher", provider: "openai" },
    ]);
    expect(index.admissions(START + 490).map(({ agent }) => agent)).toEqual(["researcher"]);
    expect(index.admissions(START + 491)).toEqual([]);
  });

  test("of calls that a crash interrupted are those of their holds, however often it started since", () => {
    using home = makeStoreHome("admissions");
    const first = home.open();
    first.journal.append(callLine("before", { latency_ms: 0 }, START));
    first.holds.open(makeHold("r1", { time: START + 5, agent: "writer" }));
    home.time = START + 10;
    first.journal.append(callLine("after", { latency_ms: 1 }, home.time));
    first.close();
    const expected = [
      { time: START + 5, agent: "writer", provider: "anthropic" },
      { time: START + 9, agent: "researcher", provider: "anthropic" },
    ];
    for (const hours of [3, 6]) {
      home.time = START + hours * HOUR;
      const next = home.open();
      expect(next.index.admissions(START + 1)).toEqual(expected);
      expect(next.index.admissions(START + HOUR)).toEqual([]);
      next.close();
      removeIndex(home.folder);
    }
  });

  test("are what a plain look through the lines finds, also where the clock went back", () => {
    const call = fc.record({
      step: fc.integer({ min: -2 * HOUR, max: 3 * HOUR }),
      latency_ms: fc.integer({ min: 0, max: 2 * HOUR }),
      agent: fc.constantFrom("a", "b"),
    });
    fc.assert(
      fc.property(fc.array(call, { maxLength: 25 }), fc.integer({ min: -12, max: 24 }), (calls, hours) => {
        using home = makeStoreHome("admissions");
        const { journal, index } = home.open({ max_entries: 15 });
        let time = START;
        const lines = calls.map(({ step, ...more }, i) => {
          time += step;
          return callLine(`${i}`, more, time);
        });
        for (const line of lines) journal.append(line);
        const since = START + hours * HOUR;
        const expected = lines
          .slice(-15)
          .map((line) => ({ time: Date.parse(line.time) - line.latency_ms, agent: line.agent }))
          .filter((admission) => admission.time >= since)
          .toSorted((a, b) => a.time - b.time);
        expect(index.admissions(since)).toMatchObject(expected);
        expect(index.admissions(since)).toHaveLength(expected.length);
      }),
      { numRuns: 50 },
    );
  });
});

test("logs carry the parent run, the overrun and the count of a line", () => {
  using home = makeStoreHome("index");
  const { journal, index } = home.open();
  journal.append(callLine("r1", { run: "r", parent_run: "p", overrun_nano: 12, clamped: 256, trust: 71 }));
  journal.append(blockedLine("b1", { run: "r", key: "k1", count: 9, trust: 39 }));
  expect(index.logs({ run: "r" }, 9, null).entries).toMatchObject([
    { request_id: "b1", key: "k1", count: 9, trust: 39, parent_run: null, overrun_nano: null },
    { request_id: "r1", parent_run: "p", overrun_nano: 12, clamped: 256, trust: 71, count: null },
  ]);
});

test("an index.db of the version before is folded anew, and says what a new one would", () => {
  using home = makeStoreHome("index");
  const file = join(home.folder, "index.db");
  const first = home.open();
  first.journal.append(callLine("r1", { owner: "first", run: "r", parent_run: "p" }));
  first.journal.append(callLine("r2", { owner: "second", run: "r" }));
  first.journal.append(blockedLine("b1", { count: 7 }));
  const ask = ({ index }: ReturnType<typeof home.open>) => [
    index.agents(),
    index.tallies(START - HOUR, START + HOUR),
    index.logs({}, 99, null),
    index.runSums("researcher", "r"),
    index.admissions(0),
  ];
  const answers = ask(first);
  const { seq, hash } = first.journal.head;
  first.close();

  for (const suffix of ["", "-wal", "-shm"]) rmSync(`${file}${suffix}`, { force: true });
  const old = openDatabase(file, INDEX_MIGRATIONS.slice(0, 1));
  old.run("INSERT INTO standing VALUES (1, ?, ?, 0, 'UTC')", [seq, hash]);
  old.run("INSERT INTO agents VALUES ('researcher', 'first', NULL, 1, 2, 2, 0, 1, 0, 0, 0, 0)");
  old.run("INSERT INTO spans VALUES (1, 1, 4)");
  old.close();

  const second = home.open();
  expect(ask(second)).toEqual(answers);
  expect(second.index.agents()).toMatchObject([{ firstOwner: "first", total: { calls: 2, blocked: 7 } }]);
  expect(home.logged).toEqual([]);
});
