/** Lines that stand for many refusals (SPEC 6.5): wherever they are summed they count as many, whatever becomes of the index. */
import { describe, expect, test } from "bun:test";
import { cpSync } from "node:fs";
import { join } from "node:path";
import type { NewLine } from "../../server/core/event.ts";
import { rebuildIndex } from "../../server/store/rebuild.ts";
import type { Index, Store } from "../../server/store/store.ts";
import { makeTempFolder } from "../support/temp.ts";
import { blockedLine, callLine, makeStoreHome, START, type StoreHome } from "./support.ts";

const HOUR = 3_600_000;
const created = (agent: string): NewLine => {
  return { type: "agent", event: "agent.created", time: new Date(START).toISOString(), agent };
};

/** Refusals, single and folded, of two agents in two hours, and of names that are none. */
function write({ journal }: Store): void {
  for (const agent of ["looping", "quiet"]) journal.append(created(agent));
  journal.append(callLine("c1", { agent: "looping" }));
  for (let single = 0; single < 9; single++) journal.append(blockedLine(`s${single}`, { agent: "looping" }));
  journal.append(blockedLine("f1", { agent: "looping", count: 50 }));
  journal.append(blockedLine("f2", { agent: "looping", count: 7 }, START + HOUR));
  journal.append(blockedLine("q1", { agent: "quiet", reason: "rate_limited", status: 429 }, START + HOUR));
  for (let name = 0; name < 9; name++) journal.append(blockedLine(`n${name}`, { agent: `invented-${name}` }));
  journal.append(blockedLine("n9", { agent: "invented-9", count: 900 }));
  journal.append(blockedLine("p1", { agent: undefined, count: 33 }));
}

/** What the index says of refusals: in the lifetime, in each hour, and line by line. */
function told(index: Index) {
  const hour = START - (START % HOUR);
  const inHour = (from: number) =>
    ["looping", "quiet"].map((agent) => index.tallies(from, from + HOUR).get(agent)?.blocked ?? 0);
  const counts = [...index.scan({ type: "blocked" })].flat().map(({ count }) => Number(count ?? 1));
  return {
    lifetime: index.agents().map(({ agent, total }) => [agent, total.calls, total.errors, total.blocked]),
    hours: [inHour(hour), inHour(hour + HOUR)],
    lines: [counts.length, counts.reduce((sum, count) => sum + count)],
    folded: index
      .logs({ agent: "looping", reason: "unknown_provider" }, 2, null)
      .entries.map(({ count }) => count),
  };
}

const EXPECTED = {
  lifetime: [
    ["looping", 1, 0, 66],
    ["quiet", 0, 0, 1],
  ],
  hours: [
    [59, 0],
    [7, 1],
  ],
  lines: [23, 1_009],
  folded: [7, 50],
};

/** The folder as a process that is killed now leaves it, with a store on it. */
function openKilled(home: StoreHome, act: (index: Index) => void): void {
  using copy = makeTempFolder("killed");
  const folder = join(copy.path, "data");
  cpSync(home.folder, folder, { recursive: true });
  const log_file = join(folder, "logs", "audit.jsonl");
  const store = home.open({ log_file }, { dataDir: folder });
  act(store.index);
  store.close();
}

describe("folded refusals", () => {
  test("count in the lifetime, in their hours and in the logs; names that are no agents are none", () => {
    using home = makeStoreHome("folded");
    const store = home.open();
    write(store);
    expect(told(store.index)).toEqual(EXPECTED);
  });

  test("count the same after a kill, before and after the index has folded them", () => {
    using home = makeStoreHome("folded");
    const store = home.open();
    write(store);
    openKilled(home, (index) => expect(told(index)).toEqual(EXPECTED));
    store.index.agents();
    openKilled(home, (index) => expect(told(index)).toEqual(EXPECTED));
  });

  test("count the same in an index that is rebuilt, and across the journal's files", () => {
    for (const rotate of [256 * 1024 * 1024, 2_000]) {
      using home = makeStoreHome("folded");
      const store = home.open({ rotate });
      write(store);
      store.close();
      expect(home.files().length > 1).toBe(rotate === 2_000);
      expect(rebuildIndex(home.options({ rotate }))).toMatchObject({ lastSeq: expect.any(Number) });
      expect(told(home.open({ rotate }).index)).toEqual(EXPECTED);
    }
  });
});

test("a name that was refused before it was met has those refusals, too, once it is an agent", () => {
  using home = makeStoreHome("folded");
  const { journal, index } = home.open();
  journal.append(blockedLine("b1", { agent: "late", count: 12 }));
  expect(index.agents()).toEqual([]);
  journal.append(created("late"));
  expect(index.agents()).toMatchObject([{ agent: "late", total: { calls: 0, blocked: 12 } }]);
});
