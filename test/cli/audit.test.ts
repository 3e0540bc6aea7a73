import { expect, test } from "bun:test";
import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runCli } from "../../server/cli/main.ts";
import { parseConfig } from "../../server/config/load.ts";
import { openStore } from "../../server/store/open.ts";
import { CONTEXT } from "../config/context.ts";
import { makeTempFolder } from "../support/temp.ts";
import { fakeTerminal, NOW } from "./fake-terminal.ts";

/** A data folder in which a gateway has written some lines and stopped. */
function journal() {
  const folder = makeTempFolder("audit");
  const dataDir = folder.path;
  const parsed = parseConfig("", { ...CONTEXT, overrides: { "data-dir": dataDir } });
  if ("problems" in parsed) throw new Error("the defaults are wrong");
  const { audit } = parsed.settings;
  const open = () => openStore({ dataDir, audit, timezone: "UTC", now: () => NOW, log: () => {} });
  const store = open();
  if ("problem" in store) throw new Error(store.problem);
  for (const event of ["gateway.started", "gateway.stopped"]) {
    store.journal.append({ type: "gateway", event, time: new Date(NOW).toISOString() });
  }
  store.close();
  const run = async (...words: string[]) => {
    const terminal = fakeTerminal();
    const code = await runCli(["audit", ...words, "--data-dir", dataDir], terminal);
    return { code, printed: terminal.printed.join("\n"), complained: terminal.complained.join("\n") };
  };
  return { dataDir, logFile: audit.log_file, open, run, [Symbol.dispose]: () => folder[Symbol.dispose]() };
}

test("audit verify ends with 0 when the journal is as it was written", async () => {
  using place = journal();
  const { code, printed, complained } = await place.run("verify");
  expect(printed).toBe("3 lines in one file, numbers 1 to 3: complete and unchanged.");
  expect(complained).toBe("");
  expect(code).toBe(0);
});

test("audit verify ends with 1 and names each line that is not", async () => {
  using place = journal();
  writeFileSync(
    place.logFile,
    readFileSync(place.logFile, "utf8").replace("gateway.started", "gateway.stadted"),
  );
  const { code, printed, complained } = await place.run("verify");
  expect(printed).toContain(`${place.logFile}:2 (number 2): `);
  expect(complained).toStartWith("tollgate: One thing is wrong with the journal.");
  expect(code).toBe(1);
  const { problems, ok } = JSON.parse((await place.run("verify", "--json")).printed);
  expect(ok).toBe(false);
  expect(problems).toHaveLength(1);
});

test("audit verify does not call a journal good that is not there", async () => {
  using folder = makeTempFolder("audit");
  const terminal = fakeTerminal();
  expect(await runCli(["audit", "verify", "--data-dir", folder.path], terminal)).toBe(1);
  expect(terminal.complained[0]).toBe(`tollgate: There is no journal at ${folder.path}/audit.jsonl.`);
});

test("audit verify names what it could not check, and calls the journal complete only when there is no such thing", async () => {
  using place = journal();
  const { dataDir } = place;
  rmSync(join(dataDir, "state.db"));
  rmSync(join(dataDir, "keys/journal.pub.pem"));
  const { code, printed, complained } = await place.run("verify");
  expect(printed.split("\n")).toEqual([
    "3 lines in one file, numbers 1 to 3: nothing wrong was found, but:",
    `Whether lines were cut off at the end could not be checked: ${dataDir}/state.db is not there, or may not be read.`,
    `The checkpoints' signatures could not be checked: ${dataDir}/keys/journal.pub.pem is not there, or may not be read.`,
  ]);
  expect([code, complained]).toEqual([0, ""]);
});

test("audit verify does not call a journal complete whose last line is not", async () => {
  using place = journal();
  appendFileSync(place.logFile, '{"seq":4');
  const { code, printed } = await place.run("verify");
  expect(printed.split("\n")).toEqual([
    "3 lines in one file, numbers 1 to 3: nothing wrong was found, but:",
    "The last line is not finished: it is being written, or the gateway crashed while it was.",
  ]);
  expect(code).toBe(0);
});

test("audit verify tells what it cannot work with in a sentence", async () => {
  using place = journal();
  writeFileSync(join(place.dataDir, "state.db"), "this is no database, whatever its name says");
  expect(await place.run("verify")).toMatchObject({
    code: 1,
    printed: "",
    complained: expect.stringMatching(
      /^tollgate: The journal cannot be checked with what is in \S+: [^\n]+$/,
    ),
  });
});

test.each(["verify", "rebuild"])("audit %s says what stands where a journal should", async (command) => {
  using folder = makeTempFolder("audit");
  writeFileSync(join(folder.path, "afile"), "");
  mkdirSync(join(folder.path, "obstructed/audit.jsonl"), { recursive: true });
  mkdirSync(join(folder.path, "empty"));
  const complaint = async (dataDir: string) => {
    const terminal = fakeTerminal({ cwd: folder.path });
    expect(await runCli(["audit", command, "--data-dir", dataDir], terminal)).toBe(1);
    return terminal.complained[0];
  };
  expect(await complaint("afile")).toBe(`tollgate: ${folder.path}/afile is no folder.`);
  expect(await complaint("none")).toBe(`tollgate: There is no folder ${folder.path}/none.`);
  expect(await complaint("obstructed")).toBe(
    `tollgate: ${folder.path}/obstructed/audit.jsonl cannot be read: it is a folder.`,
  );
  expect(await complaint("empty")).toBe(`tollgate: There is no journal at ${folder.path}/empty/audit.jsonl.`);
  expect(readdirSync(join(folder.path, "empty"))).toEqual([]);
});

test("audit rebuild makes the index again", async () => {
  using place = journal();
  rmSync(join(place.dataDir, "index.db"));
  const { code, printed } = await place.run("rebuild");
  expect(printed).toBe(`index.db in ${place.dataDir} is made anew, up to line 3 of the journal.`);
  expect(code).toBe(0);
});

test("audit rebuild leaves the files of a running gateway alone", async () => {
  using place = journal();
  const store = place.open();
  const { code, complained } = await place.run("rebuild");
  expect(complained).toContain(`${place.dataDir} is in use by another gateway`);
  expect(code).toBe(1);
  if ("close" in store) store.close();
});
