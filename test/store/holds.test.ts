import { describe, expect, test } from "bun:test";
import { appendFileSync, readFileSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
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

describe("recovery", () => {
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
    expect(line).not.toHaveProperty("owner");
    expect(line).not.toHaveProperty("model");
    expect(line).not.toHaveProperty("status");
    expect(line).toMatchObject({ cost: null, cost_nano: null, latency_ms: 0 });
  });
});
