import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { Line } from "../../server/core/event.ts";
import { verifyJournal } from "../../server/store/verify.ts";
import { within } from "../support/signals.ts";
import { callLine, makeStoreHome, type StoreHome } from "./support.ts";

const ROTATE = 60_000;

/** Starts a writer on the home's folder. `next` gives its output, piece by piece; `kill` ends it as a crash would. */
function startWriter(mode: string, home: StoreHome) {
  const command = [
    process.execPath,
    join(import.meta.dir, "writer.ts"),
    mode,
    home.folder,
    home.logFile,
    String(ROTATE),
  ];
  const child = Bun.spawn(command, { stdout: "pipe", stderr: "inherit" });
  const reader = child.stdout.getReader();
  const decoder = new TextDecoder();
  let said = "";
  const read = async (): Promise<boolean> => {
    const { done, value } = await within(reader.read(), `the writer says something (${mode})`);
    said += decoder.decode(value, { stream: true });
    return !done;
  };
  return {
    pid: child.pid,
    /** Whole lines it has said so far. */
    said: () => said.split("\n").slice(0, -1),
    async until(enough: (lines: string[]) => boolean) {
      while (!enough(said.split("\n"))) if (!(await read())) throw new Error(`the writer ended: ${said}`);
    },
    async kill() {
      child.kill("SIGKILL");
      while (await read());
      await child.exited;
    },
  };
}

describe("kill -9", () => {
  test("loses no line that was acknowledged, over and over, and the chain goes on", async () => {
    using home = makeStoreHome("crash");
    let acknowledged = 0;
    for (let round = 0; round < 3; round++) {
      const writer = startWriter("lines", home);
      await writer.until((lines) => lines.length > 500 + round * 137);
      await writer.kill();
      const seqs = writer.said().map(Number);
      expect(seqs.length).toBeGreaterThanOrEqual(500);
      acknowledged = seqs.at(-1) ?? 0;
      const found = new Set(home.lines().map((line) => line.seq));
      expect(seqs.filter((seq) => !found.has(seq))).toEqual([]);
      expect((await verifyJournal(home.logFile, home.folder)).problems).toEqual([]);
    }
    const { journal, index } = home.open({ rotate: ROTATE });
    expect(journal.head.seq).toBeGreaterThanOrEqual(acknowledged);
    const written = journal.append(callLine("after"));
    expect(written?.seq).toBeGreaterThan(acknowledged);
    expect(home.lines().find((line) => line.seq === written?.seq)).toEqual(written as Line);
    const calls = home.lines().filter((line) => line.type === "call").length;
    expect(index.agents()).toMatchObject([{ agent: "researcher", total: { calls } }]);
    expect((await verifyJournal(home.logFile, home.folder)).problems).toEqual([]);
  }, 30_000);

  test("makes each call in flight one interrupted line, charged whole, and none of those that had a line", async () => {
    using home = makeStoreHome("crash");
    const writer = startWriter("holds", home);
    await writer.until((lines) => lines.includes("ready"));
    await writer.kill();

    const store = home.open({ rotate: ROTATE });
    const interrupted = home
      .lines()
      .flatMap((line) => (line.type === "call" && line.ending === "interrupted" ? [line] : []));
    expect(interrupted.map((line) => [line.request_id, line.cost_nano, line.cost])).toEqual([
      ["h1", 5_000_000, 0.005],
      ["h3", 5_000_000, 0.005],
      ["h5", 5_000_000, 0.005],
      ["h7", 5_000_000, 0.005],
      ["h9", null, null],
    ]);
    expect(store.holds.size).toBe(0);
    store.close();
    home.open({ rotate: ROTATE });
    expect(home.lines().filter((line) => line.type === "call")).toHaveLength(10);
  }, 30_000);

  test("charges a call that had grown all that it was let to hold, and no more than one step beyond", async () => {
    using home = makeStoreHome("crash");
    const writer = startWriter("grow", home);
    // Enough for holds.log to be rewritten meanwhile.
    await writer.until((lines) => lines.length > 4_000);
    await writer.kill();
    const told = Number(writer.said().at(-1));

    const { holds } = home.open({ rotate: ROTATE });
    const charged = home
      .lines()
      .flatMap((line) => (line.type === "call" && line.request_id === "growing" ? [line] : []));
    expect(charged).toMatchObject([{ ending: "interrupted" }]);
    expect([told, told + 1]).toContain(charged[0]?.cost_nano ?? 0);
    expect(holds.size).toBe(0);
    expect((await verifyJournal(home.logFile, home.folder)).problems).toEqual([]);
  }, 30_000);

  test("charges them once, also when the start that found them dies too", async () => {
    using home = makeStoreHome("crash");
    for (const mode of ["holds", "idle", "idle"]) {
      const writer = startWriter(mode, home);
      await writer.until((lines) => lines.includes("ready"));
      await writer.kill();
    }
    home.open({ rotate: ROTATE });
    const ids = home.lines().flatMap((line) => (line.type === "call" ? [line.request_id] : []));
    expect(ids.toSorted()).toEqual(Array.from({ length: 10 }, (_, i) => `h${i}`));
  }, 30_000);
});

describe("the lock", () => {
  test("keeps a second process out, names the first, and is free the moment that one is killed", async () => {
    using home = makeStoreHome("lock");
    const writer = startWriter("idle", home);
    await writer.until((lines) => lines.includes("ready"));
    expect(home.refuse()).toContain(`in use by another gateway (process ${writer.pid})`);
    await writer.kill();
    home.open().close();
  }, 30_000);

  test("keeps a second store of the same process out, even after it was tried", () => {
    using home = makeStoreHome("lock");
    const store = home.open();
    expect(home.refuse()).toContain("in use");
    expect(home.refuse()).toContain("in use");
    store.close();
    home.open().close();
  });
});
