import { afterAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { rmSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { verifyJournal } from "../../server/store/verify.ts";
import { createArrivals, within } from "../support/signals.ts";
import { makeTempFolder } from "../support/temp.ts";
import { callLine, makeHold, makeStoreHome, nameLine } from "./support.ts";

/** A way of writing that a test can break: `whole` writes, `short` writes half, `failed` writes nothing and throws. */
function breakableWrite() {
  const disk = { state: "whole" as "whole" | "short" | "failed" };
  const write = (descriptor: number, text: string): number => {
    if (disk.state === "failed") throw Object.assign(new Error("EIO: i/o error, write"), { code: "EIO" });
    return writeSync(descriptor, disk.state === "short" ? text.slice(0, text.length / 2) : text);
  };
  return { disk, write };
}

describe("a journal that cannot be written", () => {
  test("keeps lines in memory, says why, and writes them in order when the disk has room again", async () => {
    using home = makeStoreHome("full");
    const { disk, write } = breakableWrite();
    const { journal } = home.open({}, { write });
    journal.append(callLine("r1"));
    disk.state = "short";
    expect(journal.append(callLine("r2"))).toBeNull();
    expect(journal.problem).toBe("the disk is full");
    disk.state = "failed";
    expect(journal.append(callLine("r3"))).toBeNull();
    expect(home.lines().map(nameLine)).toEqual(["checkpoint", "call"]);

    disk.state = "whole";
    expect(journal.append(callLine("r4"))).toBeNull();
    home.time += 1_000;
    expect(journal.append(callLine("r5"))).toMatchObject({ request_id: "r5", seq: 6 });
    expect(journal.problem).toBeNull();
    const ids = home.lines().flatMap((line) => (line.type === "call" ? [line.request_id] : []));
    expect(ids).toEqual(["r1", "r2", "r3", "r4", "r5"]);
    expect(await verifyJournal(home.logFile, home.folder)).toMatchObject({ ok: true });
  });

  test("recovers by itself, without another line", async () => {
    using home = makeStoreHome("full");
    const { disk, write } = breakableWrite();
    const { journal } = home.open({}, { write });
    disk.state = "failed";
    journal.append(callLine("r1"));
    const written = createArrivals<string>();
    journal.onLine((line) => written.push(nameLine(line)));
    disk.state = "whole";
    expect(await within(written.next(), "the waiting line is written")).toBe("call");
    expect(journal.problem).toBeNull();
  });

  test("counts as lost what no longer fits in memory, and says so in the chain", async () => {
    using home = makeStoreHome("full");
    const { disk, write } = breakableWrite();
    const { journal } = home.open({}, { write });
    disk.state = "failed";
    for (let i = 0; i < 20_010; i++) journal.append(callLine(`r${i}`, { cost_nano: 3 }));
    disk.state = "whole";
    home.time += 1_000;
    journal.append(callLine("last"));
    const lines = home.lines();
    expect(lines[1]).toMatchObject({ event: "journal.lost", detail: { lines: 11, cost_nano: 33 } });
    expect(lines[2]).toMatchObject({ request_id: "r11" });
    expect(lines.at(-1)).toMatchObject({ request_id: "last" });
    expect(lines).toHaveLength(20_002);
    expect(await verifyJournal(home.logFile, home.folder)).toMatchObject({ ok: true });
  });

  test("that fails at a rotation begins the new file with its checkpoint later, and loses nothing", async () => {
    using home = makeStoreHome("full");
    const { disk, write } = breakableWrite();
    let left = 3;
    const failing = (descriptor: number, text: string) => {
      if (text.includes('"type":"checkpoint"') && --left === 0) disk.state = "short";
      return write(descriptor, text);
    };
    const { journal } = home.open({ rotate: 1_500 }, { write: failing });
    let appended = 0;
    while (disk.state === "whole") journal.append(callLine(`r${appended++}`));
    expect(journal.problem).toBe("the disk is full");
    journal.append(callLine(`r${appended++}`));
    disk.state = "whole";
    home.time += 1_000;
    journal.append(callLine(`r${appended++}`));
    const ids = home.lines().flatMap((line) => (line.type === "call" ? [line.request_id] : []));
    expect(ids).toEqual(Array.from({ length: appended }, (_, i) => `r${i}`));
    expect((await verifyJournal(home.logFile, home.folder)).problems).toEqual([]);
  });

  test("keeps the hold of a call whose line waits, so that a crash would not forget it", () => {
    using home = makeStoreHome("full");
    const { disk, write } = breakableWrite();
    const { journal, holds } = home.open({}, { write });
    expect(holds.open(makeHold("r1"))).toBe(true);
    disk.state = "failed";
    journal.append(callLine("r1"));
    holds.close("r1");
    expect(holds.size).toBe(1);
    expect(holds.open(makeHold("r2"))).toBe(false);
    expect(holds.size).toBe(1);
    disk.state = "whole";
    home.time += 1_000;
    journal.append(callLine("r3"));
    expect(holds.size).toBe(0);
  });
});

describe("a real full disk", () => {
  const folder = makeTempFolder("tmpfs");
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", folder.path]).status === 0;
  if (!mounted) console.log("a real full disk is not tried: mounting a tmpfs is not permitted here");
  afterAll(() => {
    if (mounted) spawnSync("umount", [folder.path]);
    folder[Symbol.dispose]();
  });

  test.skipIf(!mounted)("stops the journal at a whole line, and it recovers when there is room", async () => {
    using home = makeStoreHome("full");
    const logFile = join(folder.path, "audit.jsonl");
    const ballast = join(folder.path, "ballast");
    const { journal, ...store } = home.open({ log_file: logFile });
    writeFileSync(ballast, Buffer.alloc(600_000));
    let count = 0;
    while (journal.append(callLine(`r${count}`))) count += 1;
    expect(journal.problem).toBe("the disk is full");
    expect(count).toBeGreaterThan(100);
    expect(await verifyJournal(logFile, home.folder)).toMatchObject({ ok: true, lines: count + 1 });
    rmSync(ballast);
    home.time += 1_000;
    expect(journal.append(callLine("after"))).toMatchObject({ request_id: "after", seq: count + 3 });
    expect(await verifyJournal(logFile, home.folder)).toMatchObject({ ok: true, lines: count + 3 });
    store.close();
  });
});
