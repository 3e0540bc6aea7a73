import { expect, test } from "bun:test";
import { existsSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadConfiguration } from "../../server/load.ts";
import { openStore } from "../../server/store/open.ts";
import { explainUnusable } from "../../server/store/unusable.ts";
import { makeTempFolder } from "../support/temp.ts";

/** What a gateway says that is to keep everything there. */
function open(dataDir: string, logFile = join(dataDir, "audit.jsonl")): string {
  const loaded = loadConfiguration({ file: null, overrides: {} });
  if ("problems" in loaded) throw new Error("The defaults are wrong.");
  const audit = { ...loaded.settings.audit, log_file: logFile };
  const store = openStore({ dataDir, audit, timezone: "UTC", now: Date.now, log: () => undefined });
  if ("problem" in store) return store.problem;
  store.close();
  return "opened";
}

const OTHER = "choose another with --data-dir or gateway.data_dir.";

test("a data folder that is a file, or cannot be made, is told with what to do", () => {
  using folder = makeTempFolder("unusable");
  const file = join(folder.path, "file");
  writeFileSync(file, "mine");
  const isFile =
    "cannot be used: it is a file, or lies beneath one. Choose another with --data-dir or gateway.data_dir.";
  expect(open(file)).toBe(`The folder ${file} ${isFile}`);
  expect(open(join(file, "data"))).toBe(`The folder ${join(file, "data")} ${isFile}`);
  const dangling = join(folder.path, "dangling");
  symlinkSync(join(folder.path, "nowhere/data"), dangling);
  expect(open(dangling)).toStartWith(`The folder ${dangling} cannot be used: `);
  expect(open(join(folder.path, "data"), join(file, "logs/audit.jsonl"))).toBe(
    `The folder ${join(file, "logs")} cannot be used: it is a file, or lies beneath one. Choose another with audit.log_file.`,
  );
  expect(existsSync(join(folder.path, "nowhere"))).toBe(false);
  expect(open(join(folder.path, "a/b/data"))).toBe("opened");
});

test.each([
  ["EACCES", `this user may not write there. Give it to the user that the gateway runs as, or ${OTHER}`],
  [
    "SQLITE_READONLY",
    `this user may not write there. Give it to the user that the gateway runs as, or ${OTHER}`,
  ],
  ["EROFS", "its file system is read-only. Choose another with --data-dir or gateway.data_dir."],
  ["ENOENT", `the folder above it does not exist. Make the folder above it, or ${OTHER}`],
  ["ENOSPC", "the disk is full. Choose another with --data-dir or gateway.data_dir."],
  ["EIO", "input failed. Choose another with --data-dir or gateway.data_dir."],
])("the system's %s is told in words", (code, told) => {
  const error = Object.assign(new Error("input failed"), { code });
  expect(explainUnusable("/data", "--data-dir or gateway.data_dir", error)).toBe(
    `The folder /data cannot be used: ${told}`,
  );
});
