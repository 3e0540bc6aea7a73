import { expect, test } from "bun:test";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
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
