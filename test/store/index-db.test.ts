import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { NewLine } from "../../server/core/event.ts";
import { rebuildIndex } from "../../server/store/rebuild.ts";
import type { Grain, LogFilter, Store } from "../../server/store/store.ts";
import { blockedLine, callLine, makeStoreHome, START, type StoreHome } from "./support.ts";

const HOUR = 3_600_000;

/** A day's worth of lines of every kind. */
function writeVariety({ journal }: Store, home: StoreHome, from = 0): void {
  for (let i = from; i < from + 60; i++) {
    home.time = START + i * 0.4 * HOUR;
    const more = {
      agent: `agent-${i % 5}`,
      owner: `team-${i % 3}`,
      model: `model-${i % 4}`,
      run: `run-${i % 7}`,
    };
    const call = callLine(
      `r${i}`,
      { ...more, status: i % 6 === 0 ? 503 : 200, stream: i % 2 === 0 },
      home.time,
    );
    const gone: NewLine = {
      ...call,
      request_id: `g${i}`,
      status: undefined,
      ending: "gone",
      cost: null,
      cost_nano: null,
    };
    const lines: NewLine[] = [
      call,
      ...(i % 4 === 0 ? [blockedLine(`b${i}`, { agent: `agent-${i % 5}` }, home.time)] : []),
      ...(i % 5 === 0 ? [gone] : []),
      ...(i % 9 === 0
        ? [{ type: "config", time: call.time, event: "config.changed" } satisfies NewLine]
        : []),
    ];
    for (const line of lines) journal.append(line);
  }
}

function removeIndexFiles(home: StoreHome): void {
  for (const suffix of ["", "-wal", "-shm"]) rmSync(join(home.folder, `index.db${suffix}`), { force: true });
}

/** All that can be asked of an index, answered. */
function askAll({ index }: Store) {
  const filters: LogFilter[] = [
    {},
    { agent: "agent-1" },
    { owner: "team-2", model: "model-3" },
    { type: "blocked" },
    { status: 503 },
    { from: START + 3 * HOUR, to: START + 9 * HOUR },
  ];
  return {
    pages: filters.map((filter) => index.logs(filter, 20, null)),
    scans: filters.map((filter) => [...index.scan(filter)].flat()),
    agents: index.agents(),
    tallies: [1, 5, 30].map((hours) => index.tallies(START - HOUR, START + hours * HOUR)),
    sums: ("minutes hours days".split(" ") as Grain[]).map((grain) => [
      ...index.sums(grain, START - 24 * HOUR, START + 30 * HOUR, {}),
    ]),
    begin: index.sumsBegin(),
  };
}

describe("entries", () => {
  test("come newest first, and the cursor continues where the page ended, whatever was written since", () => {
    using home = makeStoreHome("index");
    const store = home.open();
    writeVariety(store, home);
    const filter = { agent: "agent-1" };
    const expected = [...store.index.scan(filter)].flat().map((entry) => entry.seq);
    const seen: unknown[] = [];
    let cursor: string | null = null;
    do {
      const page = store.index.logs(filter, 5, cursor);
      seen.push(...page.entries.map((entry) => entry.seq));
      cursor = page.nextCursor;
      store.journal.append(callLine("meanwhile", { agent: "agent-1" }, home.time));
    } while (cursor !== null);
    expect(seen).toEqual(expected);
    expect(expected).toEqual(expected.toSorted((a, b) => Number(b) - Number(a)));
    expect(store.index.logs({}, 5, "not a cursor")).toEqual({ entries: [], nextCursor: null });
  });

  const filters: [string, LogFilter, (line: Record<string, unknown>) => boolean][] = [
    ["agent", { agent: "agent-2" }, (line) => line.agent === "agent-2"],
    ["owner", { owner: "team-1" }, (line) => line.owner === "team-1"],
    ["run", { run: "run-3" }, (line) => line.run === "run-3"],
    ["provider", { provider: "anthropic" }, (line) => line.provider === "anthropic"],
    ["model", { model: "model-2" }, (line) => line.model === "model-2"],
    ["status", { status: 503 }, (line) => line.status === 503],
    ["reason", { reason: "unknown_provider" }, (line) => line.reason === "unknown_provider"],
    ["type", { type: "config" }, (line) => line.type === "config"],
    [
      "several at once",
      { agent: "agent-0", status: 200, type: "call" },
      (line) => line.agent === "agent-0" && line.status === 200 && line.type === "call",
    ],
    ["what SQL would understand", { agent: "' OR 1=1 --" }, () => false],
    [
      "a period, its end exclusive",
      { from: START + 2.4 * HOUR, to: START + 8 * HOUR },
      (line) =>
        Date.parse(String(line.time)) >= START + 2.4 * HOUR &&
        Date.parse(String(line.time)) < START + 8 * HOUR,
    ],
    ["a period before everything", { to: START - HOUR }, () => false],
  ];
  test.each(filters)("are narrowed by %s", (_, filter, matches) => {
    using home = makeStoreHome("index");
    const store = home.open();
    writeVariety(store, home);
    const expected = home
      .lines()
      .filter((line) => matches({ ...line }))
      .map((line) => line.seq);
    const found = [...store.index.scan(filter)].flat().map((entry) => Number(entry.seq));
    expect(found.toReversed()).toEqual(expected);
  });
});

describe("index.db", () => {
  test("answers the same after it was deleted, after a restart, and after audit rebuild", () => {
    using home = makeStoreHome("index");
    const store = home.open({ rotate: 8_000 });
    writeVariety(store, home);
    const answers = askAll(store);
    store.close();
    const before = home.lines().length;

    removeIndexFiles(home);
    const deleted = home.open({ rotate: 8_000 });
    expect(askAll(deleted)).toEqual(answers);
    deleted.close();

    const restarted = home.open({ rotate: 8_000 });
    expect(askAll(restarted)).toEqual(answers);
    restarted.close();

    const others = ["state.db", "holds.log", "logs/audit.jsonl"].map((name) => join(home.folder, name));
    const contents = others.map((file) => readFileSync(file));
    expect(rebuildIndex(home.options({ rotate: 8_000 }))).toEqual({ lastSeq: before });
    expect(others.map((file) => readFileSync(file))).toEqual(contents);
    const rebuilt = home.open({ rotate: 8_000 });
    expect(askAll(rebuilt)).toEqual(answers);
    expect(home.lines()).toHaveLength(before);
  });

  test("catches up with what was written while it was away", () => {
    using home = makeStoreHome("index");
    const first = home.open({ rotate: 8_000 });
    writeVariety(first, home);
    first.close();
    const kept = readFileSync(join(home.folder, "index.db"));
    const second = home.open({ rotate: 8_000 });
    writeVariety(second, home, 60);
    const answers = askAll(second);
    second.close();
    removeIndexFiles(home);
    writeFileSync(join(home.folder, "index.db"), kept);
    const third = home.open({ rotate: 8_000 });
    expect(askAll(third)).toEqual(answers);
    expect(home.logged).toEqual([]);
  });

  test("is made anew when it is of another chain, of another time zone, or broken", () => {
    using home = makeStoreHome("index");
    const spoil: [string, (file: string) => void][] = [
      ["does not fit", (file) => change(file, `UPDATE standing SET hash = '${"f".repeat(64)}'`)],
      ["does not fit", (file) => change(file, "UPDATE standing SET seq = 3, hash = 'other'")],
      ["does not fit", (file) => change(file, "UPDATE standing SET seq = 99999")],
      ["does not fit", (file) => change(file, "UPDATE standing SET zone = 'Asia/Kolkata'")],
      ["newer version", (file) => change(file, "INSERT INTO versions VALUES (99)")],
      [
        "cannot be used",
        (file) => writeFileSync(file, "no database at all, though it is long enough to be read"),
      ],
    ];
    const store = home.open();
    writeVariety(store, home);
    const answers = askAll(store);
    store.close();
    for (const [why, act] of spoil) {
      removeIndexFiles(home);
      rebuildIndex(home.options());
      act(join(home.folder, "index.db"));
      home.logged.length = 0;
      const again = home.open();
      expect(askAll(again)).toEqual(answers);
      expect(home.logged.join()).toContain(why);
      again.close();
    }
  });

  test("takes the oldest checkpoint's sums for what was pruned before it", () => {
    using home = makeStoreHome("index");
    const store = home.open({ rotate: 2_000 });
    for (let i = 0; i < 20; i++) store.journal.append(callLine(`r${i}`));
    const total = store.index.agents()[0]?.total;
    store.close();
    const [oldest = ""] = home.files();
    rmSync(join(home.folder, "logs", oldest));
    removeIndexFiles(home);
    const again = home.open({ rotate: 2_000 });
    expect(again.index.agents()[0]?.total).toEqual(total as NonNullable<typeof total>);
    expect(again.index.logs({}, 100, null).entries.length).toBeLessThan(25);
  });

  test("that cannot be written holds up nobody, and catches up from the files later", () => {
    using home = makeStoreHome("index");
    const { journal, index } = home.open();
    journal.append(callLine("r1"));
    index.agents();
    const blocker = new Database(join(home.folder, "index.db"));
    blocker.run("BEGIN IMMEDIATE");
    journal.append(callLine("r2"));
    expect(index.agents()).toMatchObject([{ total: { calls: 1 } }]);
    expect(journal.append(callLine("r3"))).toMatchObject({ request_id: "r3" });
    expect(home.logged).toEqual([expect.stringContaining("index.db cannot be written")]);
    blocker.run("ROLLBACK");
    blocker.close();
    home.time += 5_000;
    expect(index.agents()).toMatchObject([{ total: { calls: 3 } }]);
    journal.append(callLine("r4"));
    expect(index.agents()).toMatchObject([{ total: { calls: 4 } }]);
  });

  test("is for its owner alone, with what SQLite keeps beside it", () => {
    using home = makeStoreHome("index");
    home.open().journal.append(callLine("r1"));
    for (const name of ["index.db", "index.db-wal", "index.db-shm"]) {
      expect(statSync(join(home.folder, name)).mode & 0o777).toBe(0o600);
    }
  });

  test("is not rebuilt while a gateway runs on the folder", () => {
    using home = makeStoreHome("index");
    home.open();
    expect(rebuildIndex(home.options())).toEqual({
      problem: expect.stringContaining("in use by another gateway"),
    });
  });
});

function change(file: string, sql: string): void {
  const database = new Database(file);
  database.run(sql);
  database.close();
}
