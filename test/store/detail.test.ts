import { expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { NoteLine } from "../../server/core/event.ts";
import { readLinesSince } from "../../server/store/journal-files.ts";
import { callLine, makeStoreHome, START } from "./support.ts";

const HOUR = 3_600_000;

function note(detail?: NoteLine["detail"]): NoteLine {
  return { type: "trust", event: "trust.lost", time: new Date(START).toISOString(), agent: "a", detail };
}

test("what a line says besides is found by its number, also in an index that was made anew", () => {
  using home = makeStoreHome("detail");
  const store = home.open();
  const detail = { reason: "loop", points: 10, reasons: ["loop"] };
  const told = store.journal.append(note(detail))?.seq ?? 0;
  const silent = store.journal.append(note())?.seq ?? 0;
  const called = store.journal.append(callLine("r1"))?.seq ?? 0;
  const read = (index = store.index) => [told, silent, called, 999].map((seq) => index.detail(seq));
  expect(read()).toEqual([detail, null, null, null]);
  store.close();
  for (const suffix of ["", "-wal", "-shm"]) rmSync(join(home.folder, `index.db${suffix}`), { force: true });
  expect(read(home.open().index)).toEqual([detail, null, null, null]);
});

test("what the index does not show any more has no details either", () => {
  using home = makeStoreHome("detail");
  const { journal, index } = home.open({ max_entries: 10 });
  const old = journal.append(note({ points: 1 }))?.seq ?? 0;
  expect(index.detail(old)).toEqual({ points: 1 });
  for (let call = 0; call < 20; call++) journal.append(callLine(`r${call}`));
  expect(index.detail(old)).toBeNull();
});

test("the journal is read from a time on, beginning with the file that it falls into", () => {
  using home = makeStoreHome("since");
  const { journal } = home.open({ rotate: 4_000 });
  for (let hour = 0; hour < 40; hour++) {
    home.time = START + hour * HOUR;
    journal.append(callLine(`r${hour}`, {}, home.time));
  }
  expect(home.files().length).toBeGreaterThan(2);
  const calls = (from: number) =>
    [...readLinesSince(home.logFile, from)].flatMap((line) =>
      line.type === "call" ? [line.request_id] : [],
    );
  const all = Array.from({ length: 40 }, (_, hour) => `r${hour}`);
  expect(calls(0)).toEqual(all);
  const late = calls(START + 30 * HOUR);
  expect(late.length).toBeLessThan(40);
  expect(late).toEqual(all.slice(-late.length));
  expect(late).toContain("r30");
});
