import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Line, NewLine } from "../../server/core/event.ts";
import { type IndexStanding, prepareFold } from "../../server/store/fold.ts";
import { INDEX_MIGRATIONS } from "../../server/store/migrations/index.ts";
import { preparePages } from "../../server/store/pages.ts";
import { BLOCK } from "../../server/store/shapes.ts";
import { LOG_FIELDS, type LogEntry, type LogFilter, type Store } from "../../server/store/store.ts";
import { blockedLine, callLine, makeStoreHome, START, type StoreHome } from "./support.ts";

const HOUR = 3_600_000;
const KEPT = 2 * BLOCK + 1_000;
const EQUAL = ["agent", "owner", "purpose", "run", "provider", "model", "status", "reason", "type"] as const;

/** Numbers in [0, below), the same for the same seed. */
function makeDice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

type Dice = ReturnType<typeof makeDice>;

function pick<T>(dice: Dice, values: readonly [T, ...T[]]): T {
  return values[dice(values.length)] ?? values[0];
}

/** Names of which one comes up often, some now and then, and many hardly ever. */
function pickName(dice: Dice, kind: string): string {
  const among = pick(dice, [1, 1, 1, 8, 500]);
  return pick(dice, [`${kind}-${dice(among)}`, `${kind}-0`, `${kind}-0`, `${kind}","x`]);
}

function makeLine(dice: Dice, id: number, time: number): NewLine {
  const maybe = <T>(value: T) => (dice(4) === 0 ? undefined : value);
  const who = {
    agent: pickName(dice, "agent"),
    owner: maybe(pickName(dice, "team")),
    purpose: maybe(pick(dice, ["production", "ci", ""])),
  };
  const provider = pick(dice, ["openai", "anthropic", "local"]);
  const requested_model = maybe(pickName(dice, "model"));
  const stamp = new Date(time).toISOString();
  if (dice(200) === 0) return { type: "config", time: stamp, event: "config.changed" };
  if (dice(200) === 0) return { type: "agent", time: stamp, event: "agent.created", ...who };
  if (dice(15) === 0) {
    const reason = pick(dice, ["rate_limited", "unknown_provider"]);
    const status = pick(dice, [404, 429]);
    return blockedLine(
      `b${id}`,
      { ...who, reason, status, requested_model, provider: maybe(provider) },
      time,
    );
  }
  const more = {
    ...who,
    provider,
    requested_model,
    model: maybe(pickName(dice, "model")),
    run: dice(3) === 0 ? pickName(dice, "run") : undefined,
    stream: dice(2) === 0,
    status: pick(dice, [200, 200, 200, 200, 204, 404, 503, undefined]),
    ending: pick(dice, ["complete", "gone"] as const),
    error: dice(30) === 0 ? "overloaded" : undefined,
    tokens_in: maybe(dice(10_000)),
    ttft_ms: maybe(dice(900) / 8),
  };
  return callLine(`r${id}`, more, time);
}

/** Lines enough for several blocks; the clock goes forward, and now and then back. */
function writeMany({ journal }: Store, dice: Dice, count: number): void {
  let time = START;
  for (let i = 0; i < count; i++) {
    time += dice(1_000) === 0 ? -2 * HOUR : dice(20_000);
    journal.append(makeLine(dice, i, time));
  }
}

function makeFilter(dice: Dice, lines: readonly Line[]): LogFilter {
  const example = readMembers(lines[dice(lines.length)] ?? {});
  const other = readMembers(lines[dice(lines.length)] ?? {});
  const filter: Record<string, unknown> = {};
  for (let i = dice(4); i > 0; i--) {
    const field = pick(dice, EQUAL);
    const value = pick(dice, [example, example, other])[field];
    filter[field] = value ?? (field === "status" ? 302 : "nowhere");
  }
  const times = [Date.parse(String(example.time)), Date.parse(String(other.time))].sort((a, b) => a - b);
  if (dice(3) === 0) filter.from = times[0];
  if (dice(3) === 0) filter.to = times[1];
  return filter;
}

function readMembers(line: object): Readonly<Record<string, unknown>> {
  return line as Readonly<Record<string, unknown>>;
}

/** What a filter means, said plainly. */
function fits(line: Line, filter: LogFilter): boolean {
  const members = readMembers(line);
  const time = Date.parse(line.time);
  return (
    EQUAL.every((field) => filter[field] === undefined || members[field] === filter[field]) &&
    time >= (filter.from ?? Number.NEGATIVE_INFINITY) &&
    time < (filter.to ?? Number.POSITIVE_INFINITY)
  );
}

function toEntry(line: Line): Record<string, unknown> {
  const members = readMembers(line);
  return Object.fromEntries(LOG_FIELDS.map((field) => [field, members[field] ?? null]));
}

/** All pages of a filter, one after the other. */
function readPages({ index }: Store, filter: LogFilter, limit: number): LogEntry[] {
  const entries: LogEntry[] = [];
  let cursor: string | null = null;
  do {
    const page = index.logs(filter, limit, cursor);
    expect(page.entries.length).toBeLessThanOrEqual(limit);
    entries.push(...page.entries);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return entries;
}

function checkAgainstLines(store: Store, home: StoreHome, dice: Dice): void {
  const all = home.lines();
  const newestFirst = all.slice(-KEPT).reverse();
  for (let i = 0; i < 60; i++) {
    const filter = makeFilter(dice, all);
    const expected = newestFirst.filter((line) => fits(line, filter));
    const limit = pick(dice, [100, 700, 5_000]);
    const found = readPages(store, filter, limit);
    expect({ filter, found: found.map((entry) => entry.seq) }).toEqual({
      filter,
      found: expected.map((line) => line.seq),
    });
    expect(found.slice(0, 20)).toEqual(expected.slice(0, 20).map(toEntry) as unknown as LogEntry[]);
  }
  const oldest = newestFirst.slice(-BLOCK).map(toEntry);
  expect([...store.index.scan({})].flat().slice(-BLOCK)).toEqual(oldest as unknown as LogEntry[]);
}

describe("logs", () => {
  test.each([1, 2])(
    "answer any filter as a plain search of the lines would (seed %d)",
    (seed) => {
      using home = makeStoreHome("logs");
      const dice = makeDice(seed);
      const audit = { max_entries: KEPT, rotate: 2_000_000 };
      const store = home.open(audit);
      writeMany(store, dice, KEPT + 2_500);
      checkAgainstLines(store, home, dice);
      store.close();

      const reopened = home.open(audit);
      writeMany(reopened, dice, 500);
      checkAgainstLines(reopened, home, dice);
      reopened.close();

      for (const suffix of ["", "-wal", "-shm"])
        rmSync(join(home.folder, `index.db${suffix}`), { force: true });
      checkAgainstLines(home.open(audit), home, dice);
    },
    30_000,
  );

  test("hold every name of a line, null where it says nothing, and see what was just written", () => {
    using home = makeStoreHome("index");
    const { journal, index } = home.open();
    const written = journal.append(callLine("r1"));
    const [entry] = index.logs({}, 1, null).entries;
    expect(Object.keys(entry ?? {})).toEqual([...LOG_FIELDS]);
    const { method, path, ...told } = JSON.parse(JSON.stringify(written));
    expect(entry).toMatchObject({ ...told, run: null, reason: null, key: null, ttft_ms: null });
  });

  test("name the hash before them, the first entry too", () => {
    using home = makeStoreHome("logs");
    const { journal, index } = home.open();
    for (let i = 0; i < 450; i++) journal.append(callLine(`r${i}`));
    const entries = [...index.scan({})].flat().reverse();
    expect(entries.map(({ prev, hash }) => ({ prev, hash }))).toEqual(
      home.lines().map(({ prev, hash }) => ({ prev, hash })),
    );
  });

  test("are found by time although the clock was once set back", () => {
    using home = makeStoreHome("index");
    const { journal, index } = home.open();
    for (const hours of [0, 5, 1, 6, 2]) journal.append(callLine(`h${hours}`, {}, START + hours * HOUR));
    const found = index.logs({ from: START + HOUR, to: START + 5 * HOUR }, 10, null).entries;
    expect(found.map((entry) => entry.request_id)).toEqual(["h2", "h1"]);
  });

  test("are at most max_entries, while the sums go on over all", () => {
    using home = makeStoreHome("index");
    const store = home.open({ max_entries: 50 });
    for (let i = 0; i < 700; i++) store.journal.append(callLine(`r${i}`));
    const entries = [...store.index.scan({})].flat();
    expect(entries).toHaveLength(50);
    expect(entries[0]?.request_id).toBe("r699");
    expect(store.index.agents()).toMatchObject([{ total: { calls: 700 } }]);
  });
});

describe("shapes", () => {
  const BEGIN: IndexStanding = { seq: 0, hash: "start", floor: 0 };

  function openFold() {
    const database = new Database(":memory:", { strict: true });
    for (const sql of INDEX_MIGRATIONS) database.run(sql);
    const count = () => database.query("SELECT count(*) FROM shapes").values()[0]?.[0];
    return { fold: prepareFold(database, "UTC"), find: preparePages(database), count };
  }

  function makeLines(from: number, count: number, agent: string): Line[] {
    return Array.from({ length: count }, (_, i) => {
      const seq = from + i;
      return {
        ...callLine(`r${seq}`, { agent }),
        seq,
        prev: seq === 1 ? "start" : `h${seq - 1}`,
        hash: `h${seq}`,
      };
    });
  }

  test("are one per combination and block, and go with the last entry of their block", () => {
    const { fold, count } = openFold();
    const standing = fold.add(makeLines(1, BLOCK + 10, "a"), BEGIN, 0);
    expect(count()).toBe(2);
    fold.add(makeLines(BLOCK + 11, 10, "b"), standing, BLOCK - 1);
    expect(count()).toBe(3);
    fold.add([], { ...standing, seq: BLOCK + 20 }, BLOCK);
    expect(count()).toBe(2);
  });

  test("of a batch that failed are written with the next", () => {
    const { fold, find } = openFold();
    const standing = fold.add(makeLines(1, 3, "a"), BEGIN, 0);
    expect(() => fold.add([...makeLines(4, 1, "b"), ...makeLines(1, 1, "b")], standing, 0)).toThrow();
    expect(find({ agent: "b" }, 10, 0, 100)).toEqual([]);
    fold.add(makeLines(4, 2, "b"), standing, 0);
    expect(find({ agent: "b" }, 10, 0, 100).map((entry) => entry.seq)).toEqual([5, 4]);
  });
});
