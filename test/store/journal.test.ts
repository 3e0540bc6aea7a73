import { describe, expect, test } from "bun:test";
import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import type { Line } from "../../server/core/event.ts";
import { verifyJournal } from "../../server/store/verify.ts";
import { until } from "../support/signals.ts";
import { blockedLine, callLine, makeStoreHome, nameLine, readLines, START } from "./support.ts";

const MINUTE = 60_000;

describe("append", () => {
  test("hands the line to the system before it returns, and gives it back with its place in the chain", () => {
    using home = makeStoreHome("journal");
    const { journal } = home.open();
    const written = journal.append(callLine("r1"));
    const last = home.lines().at(-1);
    expect(written).toEqual(last as Line);
    expect(journal.head).toEqual({ seq: 2, hash: written?.hash ?? "" });
    expect(journal.problem).toBeNull();
    expect(statSync(home.logFile).mode & 0o777).toBe(0o600);
  });

  test("tells every watcher once, in order, after the line is in the file; one that throws disturbs nobody", () => {
    using home = makeStoreHome("journal");
    const { journal } = home.open();
    const seen: number[] = [];
    journal.onLine(() => {
      throw new Error("a defect");
    });
    const stop = journal.onLine((line) => {
      expect(home.lines().at(-1)?.seq).toBe(line.seq);
      seen.push(line.seq);
    });
    journal.append(callLine("r1"));
    journal.append(callLine("r2"));
    stop();
    journal.append(callLine("r3"));
    expect(seen).toEqual([2, 3]);
    expect(home.logged.filter((message) => message.includes("a defect"))).toHaveLength(3);
  });

  test("writes what agents wrote as one line, whatever it holds", async () => {
    using home = makeStoreHome("journal");
    const { journal } = home.open();
    const owner = 'a\n","hash":"0"}\u2028\u0000\ud800 "';
    journal.append(callLine("r1", { owner, model: '","prev":"' }));
    expect(home.lines().at(-1)).toMatchObject({ owner, model: '","prev":"' });
    expect((await verifyJournal(home.logFile, home.folder)).problems).toEqual([]);
  });
});

describe("a start", () => {
  test("goes on with the chain where the last one ended", async () => {
    using home = makeStoreHome("journal");
    const first = home.open();
    first.journal.append(callLine("r1"));
    const { head } = first.journal;
    first.close();
    const second = home.open();
    expect(second.journal.head).toEqual(head);
    expect(second.journal.append(callLine("r2"))).toMatchObject({ seq: head.seq + 1, prev: head.hash });
    expect(await verifyJournal(home.logFile, home.folder)).toMatchObject({ ok: true, lines: 3 });
  });

  test("sets a torn last line aside, says so in the journal and loses no whole line", async () => {
    using home = makeStoreHome("journal");
    const first = home.open();
    first.journal.append(callLine("r1"));
    first.close();
    appendFileSync(home.logFile, '{"seq":3,"type":"call","ti');
    home.open();
    expect(home.lines().map(nameLine)).toEqual(["checkpoint", "call", "journal.torn"]);
    expect(readFileSync(`${home.logFile}.torn.3`, "utf8")).toBe('{"seq":3,"type":"call","ti');
    expect((await verifyJournal(home.logFile, home.folder)).problems).toEqual([]);
  });

  test("sets aside what a power failure filled with zeros and broken lines", async () => {
    using home = makeStoreHome("journal");
    const first = home.open();
    first.journal.append(callLine("r1"));
    first.close();
    appendFileSync(home.logFile, `${"\0".repeat(5_000)}\nhalf a line\n\0\0`);
    home.open();
    expect(home.lines().map(nameLine)).toEqual(["checkpoint", "call", "journal.torn"]);
    expect((await verifyJournal(home.logFile, home.folder)).problems).toEqual([]);
  });

  test("begins anew behind the last archive when the live file's checkpoint was torn", async () => {
    using home = makeStoreHome("journal");
    const first = home.open({ rotate: 2_000 });
    while (home.files().length < 2) first.journal.append(callLine("r"));
    first.close();
    writeFileSync(home.logFile, '{"seq":7,"type":"checkpo');
    const second = home.open({ rotate: 2_000 });
    const lines = home.lines();
    expect(lines.map((line) => line.seq)).toEqual(lines.map((_, index) => index + 1));
    expect(nameLine(lines.at(-1) as Line)).toBe("journal.cut");
    second.close();
  });

  test("says in the journal that its end was cut off or that a line inside was changed", () => {
    using home = makeStoreHome("journal");
    const first = home.open();
    for (const id of ["r1", "r2", "r3"]) first.journal.append(callLine(id));
    first.close();
    const texts = readFileSync(home.logFile, "utf8").split("\n");
    writeFileSync(home.logFile, `${texts.slice(0, 3).join("\n").replace("r1", "rX")}\n`);
    home.open();
    const notes = home.lines().slice(3);
    expect(notes).toMatchObject([
      { event: "journal.cut", detail: { expected_seq: 4, found_seq: 3 } },
      { event: "journal.broken", detail: { count: 1, first: expect.stringContaining("line 2: was edited") } },
    ]);
  });

  test("refuses to write to a file that is not a journal", () => {
    using home = makeStoreHome("journal");
    home.open().close();
    writeFileSync(home.logFile, '{"some":"other program\'s log"}\n');
    expect(home.refuse()).toContain("is not a journal");
    expect(readFileSync(home.logFile, "utf8")).toBe('{"some":"other program\'s log"}\n');
  });

  test("says which folder cannot be used", () => {
    using home = makeStoreHome("journal");
    home.open().close();
    expect(home.refuse({ log_file: join(home.logFile, "not-a-folder", "audit.jsonl") })).toContain(
      "cannot be used",
    );
  });
});

describe("rotation", () => {
  test("gives each file a signed checkpoint with what all lines before it sum up to", async () => {
    using home = makeStoreHome("rotation");
    const { journal } = home.open({ rotate: 1_500 });
    for (let i = 0; i < 20; i++) {
      journal.append(callLine(`r${i}`, { agent: `agent-${i % 3}` }));
      journal.append(blockedLine(`b${i}`));
    }
    const files = home.files();
    expect(files.length).toBeGreaterThan(5);
    expect(files[0]).toBe("audit.0000000000000001.jsonl");
    for (const file of files)
      expect(readLines(join(dirname(home.logFile), file))[0]?.type).toBe("checkpoint");
    const checkpoint = home.lines().findLast((line) => line.type === "checkpoint");
    const lines = home.lines().slice(0, (checkpoint?.seq ?? 0) - 1);
    const calls = lines.filter((line) => line.type === "call").length;
    const blocked = lines.filter((line) => line.type === "blocked").length;
    expect(checkpoint).toMatchObject({
      totals: {
        gateway: ["", calls, 0, blocked, calls * 1_200, calls * 300, calls * 8_100_000, 0],
        owners: [["team-ml", calls, 0, 0, calls * 1_200, calls * 300, calls * 8_100_000, 0]],
      },
    });
    expect(await verifyJournal(home.logFile, home.folder)).toMatchObject({ ok: true, files: files.length });
  });

  test("keeps the lifetime sums over restarts that read the newest file alone", () => {
    using home = makeStoreHome("rotation");
    for (let start = 0; start < 5; start++) {
      const store = home.open({ rotate: 1_500 });
      for (let i = 0; i < 3; i++) store.journal.append(callLine(`r${start}-${i}`));
      store.close();
    }
    const [oldest] = home.files();
    writeFileSync(join(dirname(home.logFile), oldest ?? ""), "");
    const store = home.open({ rotate: 1 });
    store.journal.append(callLine("last"));
    store.close();
    expect(home.lines().at(-1)).toMatchObject({
      totals: { gateway: ["", 16, 0, 0, 19_200, 4_800, 129_600_000, 0] },
    });
  });

  test("removes whole files whose lines are all older than the retention, after saying so, and the rest verifies", async () => {
    using home = makeStoreHome("rotation");
    const first = home.open({ rotate: 1_500, retention: 10 * MINUTE });
    for (let minute = 0; minute < 30; minute++) {
      home.time = START + minute * MINUTE;
      first.journal.append(callLine(`r${minute}`, {}, home.time));
    }
    await first.journal.flush();
    const limit = home.time - 10 * MINUTE;
    const lines = home.lines();
    expect(lines.some((line) => nameLine(line) === "journal.pruned")).toBe(true);
    expect(lines[0]?.type).toBe("checkpoint");
    expect(lines[0]?.seq).toBeGreaterThan(10);
    for (const minute of [21, 25, 29]) {
      expect(lines.some((line) => line.type === "call" && line.request_id === `r${minute}`)).toBe(true);
    }
    const second = lines.find((line) => line.type === "checkpoint" && line.seq > (lines[0]?.seq ?? 0));
    expect(Date.parse(second?.time ?? "")).toBeGreaterThanOrEqual(limit);
    expect((await verifyJournal(home.logFile, home.folder)).problems).toEqual([]);

    const shown = [...first.index.scan({})].flat().map((entry) => Number(entry.seq));
    expect(shown.toReversed()).toEqual(lines.map((line) => line.seq));

    first.close();
    const again = home.open({ rotate: 1_500, retention: 10 * MINUTE });
    again.journal.append(callLine("after", {}, home.time));
    expect((await verifyJournal(home.logFile, home.folder)).problems).toEqual([]);
    expect(again.index.agents()).toMatchObject([{ total: { calls: 31 } }]);
  });
});

describe("reopen", () => {
  test("goes on in a new file, with a checkpoint, when the old one was moved away by others", async () => {
    using home = makeStoreHome("reopen");
    const { journal } = home.open();
    journal.append(callLine("r1"));
    renameSync(home.logFile, `${home.logFile}.1`);
    journal.append(callLine("r2"));
    journal.reopen();
    journal.append(callLine("r3"));
    expect(readLines(`${home.logFile}.1`).map(nameLine)).toEqual(["checkpoint", "call", "call"]);
    expect(home.lines().map(nameLine)).toEqual(["checkpoint", "journal.moved", "call"]);
    expect(home.lines()[0]).toMatchObject({
      seq: 4,
      totals: { gateway: ["", 2, 0, 0, 2_400, 600, 16_200_000, 0] },
    });
    expect((await verifyJournal(home.logFile, home.folder)).problems).toEqual([]);
  });

  test("happens by itself when the file is gone: later lines are in a file again, and the loss shows", async () => {
    using home = makeStoreHome("moved");
    const store = home.open({ fsync: "interval" });
    store.journal.append(callLine("r1"));
    await store.journal.flush();
    renameSync(home.logFile, `${home.logFile}.elsewhere`);
    store.journal.append(callLine("r2"));
    await store.journal.flush();
    store.journal.append(callLine("r3"));
    expect(readFileSync(home.logFile, "utf8")).toContain('"journal.moved"');
    expect(readFileSync(home.logFile, "utf8")).toContain('"r3"');
  });

  test("changes nothing when the file is where it was", () => {
    using home = makeStoreHome("reopen");
    const { journal } = home.open();
    journal.append(callLine("r1"));
    journal.reopen();
    journal.append(callLine("r2"));
    expect(home.lines().map(nameLine)).toEqual(["checkpoint", "call", "call"]);
  });

  test("puts aside what somebody else wrote under the journal's name", () => {
    using home = makeStoreHome("reopen");
    const { journal } = home.open();
    renameSync(home.logFile, `${home.logFile}.1`);
    writeFileSync(home.logFile, "not ours\n");
    journal.reopen();
    journal.append(callLine("r1"));
    expect(home.lines().map(nameLine)).toEqual(["checkpoint", "journal.moved", "call"]);
    expect(readFileSync(`${home.logFile}.aside.1`, "utf8")).toBe("not ours\n");
  });
});

describe("fsync", () => {
  for (const fsync of ["always", "interval", "never"] as const) {
    test(`${fsync}: every line is in the file when append returns, and flush keeps the head`, async () => {
      using home = makeStoreHome("fsync");
      const store = home.open({ fsync });
      for (let i = 0; i < 5; i++) {
        store.journal.append(callLine(`r${i}`));
        expect(home.lines()).toHaveLength(i + 2);
      }
      await store.journal.flush();
      // Without a close: the head that flush kept is what shows that the end is missing.
      const texts = readFileSync(home.logFile, "utf8").trimEnd().split("\n");
      writeFileSync(home.logFile, `${texts.slice(0, -1).join("\n")}\n`);
      expect(await verifyJournal(home.logFile, home.folder)).toMatchObject({
        problems: [{ what: "the journal ends with line 5, but line 6 was written: its end was cut off" }],
      });
    });
  }

  test("interval: the head is kept by itself soon after a line was written", async () => {
    using home = makeStoreHome("fsync");
    const store = home.open({ fsync: "interval" });
    store.journal.append(callLine("r1"));
    const whole = readFileSync(home.logFile);
    writeFileSync(home.logFile, whole.subarray(0, whole.indexOf("\n") + 1));
    await until(
      async () => ((await verifyJournal(home.logFile, home.folder)).ok ? null : true),
      "the kept head shows the cut",
    );
    expect(existsSync(home.logFile)).toBe(true);
    expect(readdirSync(home.folder)).toContain("state.db");
  });
});
