import { describe, expect, test } from "bun:test";
import { appendFileSync, mkdirSync, readFileSync, statSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { type HoldsOptions, openHolds, readHoldsLog } from "../../server/store/holds.ts";
import { renderInterrupted } from "../../server/store/recover.ts";
import { makeTempFolder } from "../support/temp.ts";
import { callLine, makeHold, makeStoreHome, START } from "./support.ts";

function openIn(folder: string, more: Partial<HoldsOptions> = {}) {
  const file = join(folder, "holds.log");
  return openHolds({
    file,
    found: readHoldsLog(file),
    journalSeq: () => 0,
    durable: false,
    log: () => undefined,
    ...more,
  });
}

/** What each open hold holds, as the file says. */
const nanos = (folder: string) =>
  Object.fromEntries([...readHoldsLog(join(folder, "holds.log")).open].map(([id, { nano }]) => [id, nano]));
/** This much money, and nothing said of tokens. */
const held = (nano: number) => ({ nano, tokensIn: null, tokensOut: null });
const openIds = (folder: string) => [...readHoldsLog(join(folder, "holds.log")).open.keys()];

describe("holds.log", () => {
  test("has a hold the moment open returns, with all that was said of it, for its owner alone", () => {
    using folder = makeTempFolder("holds");
    const holds = openIn(folder.path);
    const hold = makeHold("r1", { owner: 'x"\n', nano: null });
    expect(holds.open(hold)).toBe(true);
    expect(readHoldsLog(join(folder.path, "holds.log")).open.get("r1")).toEqual(hold);
    expect(statSync(join(folder.path, "holds.log")).mode & 0o777).toBe(0o600);
    holds.shut();
  });

  test("forgets what was closed, once the next hold is opened or the store closes", () => {
    using folder = makeTempFolder("holds");
    const holds = openIn(folder.path);
    for (const id of ["a", "b", "c"]) holds.open(makeHold(id));
    holds.close("b");
    holds.close("b");
    holds.close("never opened");
    expect(holds.size).toBe(2);
    holds.open(makeHold("d"));
    expect(openIds(folder.path)).toEqual(["a", "c", "d"]);
    holds.close("a");
    holds.shut();
    expect(openIds(folder.path)).toEqual(["c", "d"]);
  });

  test("says no, and keeps nothing, when a hold could not be written whole", () => {
    using folder = makeTempFolder("holds");
    let short = false;
    const write = (descriptor: number, text: string) =>
      writeSync(descriptor, short ? text.slice(0, 9) : text);
    const holds = openIn(folder.path, { write });
    holds.open(makeHold("a"));
    short = true;
    expect(holds.open(makeHold("b"))).toBe(false);
    expect(holds.size).toBe(1);
    short = false;
    holds.open(makeHold("c"));
    expect(openIds(folder.path)).toEqual(["a", "c"]);
    holds.shut();
  });

  test("passes over a torn last line: nobody was told that it was written", () => {
    using folder = makeTempFolder("holds");
    const holds = openIn(folder.path);
    holds.open(makeHold("a"));
    holds.shut();
    appendFileSync(join(folder.path, "holds.log"), '{"op":"open","id":"b","ti');
    expect(openIds(folder.path)).toEqual(["a"]);
  });

  test("is rewritten to what is open when it has grown, under a header that says where the journal stood", () => {
    using folder = makeTempFolder("holds");
    let seq = 7;
    const holds = openIn(folder.path, { large: 4_096, journalSeq: () => seq });
    holds.open(makeHold("long"));
    for (let i = 0; i < 200; i++) {
      seq += 1;
      holds.open(makeHold(`r${i}`));
      holds.close(`r${i}`);
      expect(statSync(join(folder.path, "holds.log")).size).toBeLessThan(6_000);
    }
    const log = readHoldsLog(join(folder.path, "holds.log"));
    expect([...log.open.keys()][0]).toBe("long");
    expect(log.header.generation).toBeGreaterThan(5);
    expect(log.header.seq).toBeGreaterThan(150);
    holds.shut();
  });
});

describe("a hold that grows", () => {
  test("is in holds.log with its new amount the moment grow returns, and once more after a rewriting", () => {
    using folder = makeTempFolder("holds");
    const holds = openIn(folder.path);
    holds.open(makeHold("a", { nano: 5 }));
    holds.open(makeHold("b", { nano: null }));
    expect(holds.grow("a", held(50))).toBe(true);
    expect(holds.grow("b", held(7))).toBe(true);
    expect(nanos(folder.path)).toEqual({ a: 50, b: 7 });
    expect(holds.list().map((hold) => hold.nano)).toEqual([50, 7]);
    holds.shut();
    openIn(folder.path).shut();
    expect(readFileSync(join(folder.path, "holds.log"), "utf8")).not.toContain("grow");
    expect(nanos(folder.path)).toEqual({ a: 50, b: 7 });
  });

  test("never shrinks, and nothing is written for what it holds already", () => {
    using folder = makeTempFolder("holds");
    const holds = openIn(folder.path);
    holds.open(makeHold("a", { nano: 50 }));
    const { size } = statSync(join(folder.path, "holds.log"));
    expect([holds.grow("a", held(50)), holds.grow("a", held(49))]).toEqual([true, true]);
    expect(statSync(join(folder.path, "holds.log")).size).toBe(size);
    expect(nanos(folder.path)).toEqual({ a: 50 });
    holds.shut();
  });

  test("is one that is open: any other is refused and makes no hold", () => {
    using folder = makeTempFolder("holds");
    const holds = openIn(folder.path);
    holds.open(makeHold("a"));
    holds.close("a");
    expect([holds.grow("a", held(9)), holds.grow("never opened", held(9))]).toEqual([false, false]);
    expect(holds.size).toBe(0);
    holds.shut();
    expect(openIds(folder.path)).toEqual([]);
  });

  test("takes with it what waits to be closed, in one write", () => {
    using folder = makeTempFolder("holds");
    const written: string[] = [];
    const write = (descriptor: number, text: string) => {
      written.push(text);
      return writeSync(descriptor, text);
    };
    const holds = openIn(folder.path, { write });
    for (const id of ["a", "b"]) holds.open(makeHold(id));
    holds.close("a");
    written.length = 0;
    holds.grow("b", held(6_000_000));
    expect(written).toEqual([
      '{"op":"close","id":"a"}\n{"op":"grow","id":"b","nano":6000000,"tokensIn":null,"tokensOut":null}\n',
    ]);
    holds.shut();
  });

  test("holds what it held when the growth could not be written, and says why until one could", () => {
    using folder = makeTempFolder("holds");
    let full = false;
    const write = (descriptor: number, text: string) => writeSync(descriptor, full ? text.slice(0, 9) : text);
    const holds = openIn(folder.path, { write });
    holds.open(makeHold("a", { nano: 5 }));
    full = true;
    expect(holds.grow("a", held(50))).toBe(false);
    expect(holds.problem).toContain("the disk is full");
    expect([nanos(folder.path), holds.list()[0]?.nano]).toEqual([{ a: 5 }, 5]);
    full = false;
    expect(holds.grow("a", held(60))).toBe(true);
    expect([nanos(folder.path), holds.problem]).toEqual([{ a: 60 }, null]);
    holds.shut();
  });

  test("is what a plain account of it says, whatever was opened, grown, closed, cut off and opened again", () => {
    const id = fc.constantFrom("a", "b", "c");
    const step = fc.oneof(
      fc.record({ op: fc.constant("open" as const), id, nano: fc.option(fc.nat(9)) }),
      fc.record({ op: fc.constant("grow" as const), id, nano: fc.nat(20) }),
      fc.record({ op: fc.constant("close" as const), id }),
      fc.record({ op: fc.constantFrom("restart" as const, "full" as const, "free" as const) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        using folder = makeTempFolder("holds");
        let full = false;
        const write = (descriptor: number, text: string) =>
          writeSync(descriptor, full ? text.slice(0, -1) : text);
        const start = () => openIn(folder.path, { write, large: 600, durable: true });
        let holds = start();
        const account = new Map<string, number | null>();
        for (const step of steps) {
          if (step.op === "free") full = false;
          else if (step.op === "full") full = true;
          else if (step.op === "restart" && !full) {
            holds.shut();
            holds = start();
          } else if (step.op === "open" && !account.has(step.id)) {
            if (holds.open(makeHold(step.id, { nano: step.nano }))) account.set(step.id, step.nano);
          } else if (step.op === "grow") {
            const before = account.get(step.id);
            const isGrown = holds.grow(step.id, held(step.nano));
            if (isGrown) account.set(step.id, Math.max(before ?? 0, step.nano));
            expect(isGrown).toBe(before !== undefined && (!full || (before !== null && before >= step.nano)));
          } else if (step.op === "close") {
            holds.close(step.id);
            account.delete(step.id);
          }
          // What is only closed in memory may stand in the file: its line is in the journal by then.
          for (const [open, nano] of account) expect(nanos(folder.path)[open]).toBe(nano);
          expect(new Map(holds.list().map((hold) => [hold.id, hold.nano]))).toEqual(account);
        }
        full = false;
        holds.shut();
        expect(new Map(Object.entries(nanos(folder.path)))).toEqual(account);
      }),
      { numRuns: 60 },
    );
  });
});

describe("recovery", () => {
  test("reads holds of a version that knew neither runs nor keys nor tokens nor growth", () => {
    using home = makeStoreHome("holds");
    mkdirSync(home.folder, { recursive: true });
    const { run, key, chargedOwner, tokensIn, tokensOut, ...old } = makeHold("r1");
    const header = '{"op":"header","generation":3,"seq":0}';
    writeFileSync(
      join(home.folder, "holds.log"),
      `${header}\n{"op":"open",${JSON.stringify(old).slice(1)}\n`,
    );
    expect(readHoldsLog(join(home.folder, "holds.log")).open.get("r1")).toEqual(makeHold("r1"));
    home.open();
    const line = home.lines().at(-1);
    expect(line).toMatchObject({ request_id: "r1", ending: "interrupted", cost_nano: 5_000_000 });
    expect(line).not.toHaveProperty("run");
    expect(line).not.toHaveProperty("key");
    expect(line).not.toHaveProperty("charged_owner");
    expect(line).not.toHaveProperty("tokens_in");
    expect(line).not.toHaveProperty("usage");
  });

  test("charges a grown hold whole, to its run and key, and says when it was let in", () => {
    using home = makeStoreHome("holds");
    const first = home.open();
    first.holds.open(makeHold("r1", { run: "run-1", key: "key-1", nano: 1_000 }));
    expect(first.holds.grow("r1", held(2_500_000))).toBe(true);
    first.close();
    home.time = START + 60_000;
    const { index } = home.open();
    expect(home.lines().at(-1)).toMatchObject({
      run: "run-1",
      key: "key-1",
      cost_nano: 2_500_000,
      cost: 0.0025,
      admitted: new Date(START).toISOString(),
    });
    expect(index.runSums("researcher", "run-1")).toEqual({ calls: 1, costNano: 2_500_000 });
  });

  test("closes the hold of a call whose line is in the journal, without anybody saying so", () => {
    using home = makeStoreHome("holds");
    const { holds, journal } = home.open();
    holds.open(makeHold("r1"));
    journal.append(callLine("r1"));
    expect(holds.size).toBe(0);
  });

  test("charges an interrupted call in the hour in which it is found", () => {
    using home = makeStoreHome("holds");
    const first = home.open();
    first.holds.open(makeHold("r1", { time: START, nano: 77 }));
    home.time = START + 500;
    first.journal.append(callLine("r0", {}, home.time));
    first.close();
    home.time = START + 5 * 3_600_000;
    const second = home.open();
    expect(home.lines().at(-1)).toMatchObject({
      type: "call",
      request_id: "r1",
      ending: "interrupted",
      cost_nano: 77,
      latency_ms: 500,
      time: new Date(home.time).toISOString(),
    });
    const hour = home.time - (home.time % 3_600_000);
    expect(second.index.tallies(hour, hour + 1).get("researcher")).toMatchObject({ calls: 1, costNano: 77 });
    expect(readFileSync(join(home.folder, "holds.log"), "utf8").split("\n")).toHaveLength(3);
  });

  test("tells of a call no more than its hold knew", () => {
    const hold = makeHold("r1", { owner: null, purpose: null, model: null, nano: null });
    const line = renderInterrupted(hold, START, null);
    expect(line).toMatchObject({
      owner: undefined,
      model: undefined,
      cost: null,
      cost_nano: null,
      latency_ms: 0,
    });
    expect(line).not.toHaveProperty("status");
  });
});
