import { expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { NoteLine } from "../../server/core/event.ts";
import { readLinesSince } from "../../server/store/journal-files.ts";
import type { Index } from "../../server/store/store.ts";
import { callLine, makeStoreHome, START } from "./support.ts";

const HOUR = 3_600_000;

function note(detail?: NoteLine["detail"]): NoteLine {
  return { type: "trust", event: "trust.lost", time: new Date(START).toISOString(), agent: "a", detail };
}

test("what a line says besides stands in its entry, also in an index that was made anew", () => {
  using home = makeStoreHome("detail");
  const store = home.open();
  const detail = { reason: "loop", points: 10, reasons: ["loop"], was: null, at: { hour: 3 } };
  store.journal.append(note(detail));
  store.journal.append(note());
  store.journal.append(callLine("r1"));
  const details = (index: Index) => [...index.scan({ agent: "a" })].flat().map((entry) => entry.detail);
  const callsDetail = (index: Index) => index.logs({ type: "call" }, 1, null).entries[0]?.detail;
  expect([details(store.index), callsDetail(store.index)]).toEqual([[null, detail], null]);
  store.close();
  for (const suffix of ["", "-wal", "-shm"]) rmSync(join(home.folder, `index.db${suffix}`), { force: true });
  expect(details(home.open().index)).toEqual([null, detail]);
});

test("a detail that is no object, as only an edited journal has it, is none", () => {
  using home = makeStoreHome("detail");
  const { journal, index } = home.open();
  const wrong: unknown[] = ["text", 7, null, ["list"]];
  for (const detail of wrong) journal.append(Object.assign(note(), { detail }));
  expect([...index.scan({ type: "trust" })].flat().map((entry) => entry.detail)).toEqual(
    Array(wrong.length).fill(null),
  );
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
