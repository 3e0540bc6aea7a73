import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { appendFileSync, cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { sealBody } from "../../server/store/chain.ts";
import { verifyJournal } from "../../server/store/verify.ts";
import { callLine, makeStoreHome, type StoreHome } from "./support.ts";

/** A closed journal of several files, copied afresh for each test that spoils it. */
let home: StoreHome;
const ROTATE = 2_000;

beforeAll(() => {
  home = makeStoreHome("verify");
  const store = home.open({ rotate: ROTATE });
  for (let i = 0; i < 15; i++) store.journal.append(callLine(`r${i}`, { agent: `agent-${i % 4}` }));
  store.close();
});
afterAll(() => home[Symbol.dispose]());

interface Copy {
  readonly data: string;
  readonly logFile: string;
  /** Files of the journal, oldest first. */
  readonly files: string[];
}

/** Lets a test change a copy, and says what verifying finds then. */
async function tamper(change: (copy: Copy) => void): Promise<string[]> {
  using copyHome = makeStoreHome("tamper");
  cpSync(home.folder, copyHome.folder, { recursive: true });
  const folder = dirname(copyHome.logFile);
  const files = readdirSync(folder)
    .filter((name) => name.endsWith(".jsonl"))
    .sort()
    .map((name) => join(folder, name));
  change({ data: copyHome.folder, logFile: copyHome.logFile, files });
  const report = await verifyJournal(copyHome.logFile, copyHome.folder);
  expect(report.ok).toBe(report.problems.length === 0);
  return report.problems.map(({ line, what }) => (line === null ? what : `${line}: ${what}`));
}

function edit(file: string | undefined, change: (lines: string[]) => string[]): void {
  if (file === undefined) throw new Error("no such file");
  const lines = readFileSync(file, "utf8").trimEnd().split("\n");
  writeFileSync(
    file,
    change(lines)
      .map((line) => `${line}\n`)
      .join(""),
  );
}

describe("verifying", () => {
  test("leaves the loop to others all along, however long the journal is", async () => {
    using long = makeStoreHome("long");
    const store = long.open();
    for (let i = 0; i < 2_000; i++) store.journal.append(callLine(`r${i}`));
    let turns = 0;
    const report = verifyJournal(long.logFile, long.folder);
    let done = false;
    void report.finally(() => {
      done = true;
    });
    while (!done) {
      turns += 1;
      await new Promise(setImmediate);
    }
    expect((await report).lines).toBe(2_001);
    expect(turns).toBeGreaterThan(2_001 / 64);
  });

  test("ends when nobody needs it any more, and says nothing of the journal then", async () => {
    const stopping = new AbortController();
    const report = verifyJournal(home.logFile, home.folder, stopping.signal);
    stopping.abort(new Error("the gateway stops"));
    await expect(report).rejects.toThrow("the gateway stops");
  });

  test("finds nothing in files that nobody touched", async () => {
    const report = await verifyJournal(home.logFile, home.folder);
    expect(report).toMatchObject({
      ok: true,
      firstSeq: 1,
      signaturesChecked: true,
      endChecked: true,
      problemCount: 0,
    });
    expect(report.files).toBeGreaterThan(2);
    expect(report.lines).toBe(report.lastSeq ?? 0);
  });

  test("finds nothing, and no line, where there is no journal", async () => {
    using empty = makeStoreHome("verify");
    expect(await verifyJournal(empty.logFile, empty.folder)).toMatchObject({
      ok: true,
      files: 0,
      lastSeq: null,
    });
  });

  test("finds an edited line, and the sums that no longer fit", async () => {
    const found = await tamper(({ files }) =>
      edit(files[0], (lines) =>
        lines.with(2, (lines[2] ?? "").replace('"cost_nano":8100000', '"cost_nano":1')),
      ),
    );
    expect(found).toEqual([
      "3: was edited: its hash does not fit its bytes",
      "1: the checkpoint's totals are not what the lines before it sum up to",
    ]);
  });

  test("finds a removed, an inserted and a moved line", async () => {
    expect(await tamper(({ files }) => edit(files[1], (lines) => lines.toSpliced(2, 1)))).toContainEqual(
      expect.stringMatching(/^3: line \d+ is missing$/),
    );
    expect(
      await tamper(({ files }) => edit(files[1], (lines) => lines.toSpliced(2, 0, lines[1] ?? ""))),
    ).toContainEqual(expect.stringMatching(/^3: is out of order/));
    expect(
      await tamper(({ files }) =>
        edit(files[1], (lines) => lines.with(1, lines[2] ?? "").with(2, lines[1] ?? "")),
      ),
    ).toContainEqual(expect.stringMatching(/^2: line \d+ is missing$/));
  });

  test("finds a line that is none", async () => {
    const found = await tamper(({ files }) => edit(files[1], (lines) => lines.with(2, '{"hello":1}')));
    expect(found[0]).toBe("3: cannot be read: edited or torn");
  });

  test("finds a file that was removed: the first, one between, the last", async () => {
    const missing = expect.stringMatching(/^1: lines \d+ to \d+ are missing$/);
    expect(await tamper(({ files }) => rmSync(files[0] ?? ""))).toEqual([missing]);
    expect(await tamper(({ files }) => rmSync(files[1] ?? ""))).toEqual([missing]);
    expect(await tamper(({ files }) => rmSync(files.at(-1) ?? ""))).toEqual([
      expect.stringContaining("its end was cut off"),
    ]);
    expect(await tamper(({ files }) => files.forEach((file) => void rmSync(file)))).toEqual([
      expect.stringContaining("its end was cut off"),
    ]);
  });

  test("finds a tail that was cut, by the head that was kept", async () => {
    const cut = await tamper(({ logFile }) => edit(logFile, (lines) => lines.slice(0, -1)));
    expect(cut).toEqual([expect.stringContaining("its end was cut off")]);
    const unkept = await tamper(({ logFile, data }) => {
      for (const suffix of ["", "-wal", "-shm"]) rmSync(join(data, `state.db${suffix}`), { force: true });
      edit(logFile, (lines) => lines.slice(0, -1));
    });
    expect(unkept).toEqual([]);
  });

  test("finds a line that was cut in its midst", async () => {
    const last = await tamper(({ logFile }) =>
      writeFileSync(logFile, readFileSync(logFile).subarray(0, -20)),
    );
    expect(last).toEqual([expect.stringContaining("its end was cut off")]);
    const inside = await tamper(({ files: [file = ""] }) =>
      writeFileSync(file, readFileSync(file).subarray(0, -20)),
    );
    expect(inside[0]).toContain("is no whole line: torn or cut");
  });

  test("takes what a crash left behind the last line for what it is", async () => {
    using copyHome = makeStoreHome("tamper");
    cpSync(home.folder, copyHome.folder, { recursive: true });
    appendFileSync(copyHome.logFile, '{"seq":');
    expect(await verifyJournal(copyHome.logFile, copyHome.folder)).toMatchObject({ ok: true, isTorn: true });
  });

  test("finds a last line that was written anew with a hash that fits", async () => {
    const found = await tamper(({ logFile }) =>
      edit(logFile, (lines) => {
        const { hash, ...line } = JSON.parse(lines.at(-1) ?? "");
        const body = JSON.stringify({ ...line, agent: "somebody-else" }).slice(0, -1);
        return lines.with(-1, sealBody(body, line.seq, line.prev).text);
      }),
    );
    expect(found).toEqual([expect.stringContaining("is not the line that was written with this number")]);
  });

  test("finds a chain that was written anew from a checkpoint on, by its signature", async () => {
    const found = await tamper(({ files, data }) => {
      for (const suffix of ["", "-wal", "-shm"]) rmSync(join(data, `state.db${suffix}`), { force: true });
      for (const file of files.slice(1)) rmSync(file);
      edit(files[0], (lines) => {
        let prev = "";
        return lines.map((text) => {
          const { hash, prev: old, ...line } = JSON.parse(text.replace(":1773135000000", ":1"));
          if (line.totals) line.totals.gateway[1] = 7;
          const { signature, ...rest } = line;
          const body = JSON.stringify({
            ...rest,
            prev: prev || old,
            ...(signature ? { signature } : {}),
          }).slice(0, -1);
          const sealed = sealBody(body, line.seq, prev || old);
          prev = sealed.hash;
          return sealed.text;
        });
      });
    });
    expect(found).toEqual([
      "1: the checkpoint's signature is not that of the key",
      "1: the checkpoint's totals are not what the lines before it sum up to",
    ]);
  });

  test("still finds a cut tail after the gateway went on behind it", async () => {
    using copyHome = makeStoreHome("tamper");
    cpSync(home.folder, copyHome.folder, { recursive: true });
    edit(copyHome.logFile, (lines) => lines.slice(0, 1));
    copyHome.open({ rotate: ROTATE }).close();
    const report = await verifyJournal(copyHome.logFile, copyHome.folder);
    expect(report.problems.map(({ what }) => what)).toEqual([
      "the end of the journal was cut off before this line",
    ]);
  });

  test("says that signatures could not be checked where there is no key", async () => {
    using copyHome = makeStoreHome("tamper");
    cpSync(home.folder, copyHome.folder, { recursive: true });
    rmSync(join(copyHome.folder, "keys"), { recursive: true });
    expect(await verifyJournal(copyHome.logFile, copyHome.folder)).toMatchObject({
      ok: true,
      signaturesChecked: false,
    });
  });

  test("finds nothing while a gateway writes, rotates and prunes", async () => {
    using live = makeStoreHome("verify");
    const store = live.open({ rotate: 10_000, retention: 60_000 });
    let running = true;
    const writing = (async () => {
      for (let i = 0; running; i++) {
        live.time += 1_000;
        store.journal.append(callLine(`r${i}`, {}, live.time));
        if (i % 3 === 0) await new Promise<void>((resolve) => setImmediate(resolve));
      }
    })();
    for (let round = 0; round < 20; round++) {
      expect((await verifyJournal(live.logFile, live.folder)).problems).toEqual([]);
    }
    running = false;
    await writing;
    expect(live.files().length).toBeGreaterThan(2);
    expect(live.lines()[0]?.seq).toBeGreaterThan(1);
  });
});
