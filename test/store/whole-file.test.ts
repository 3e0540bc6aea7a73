import { expect, test } from "bun:test";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createSealer } from "../../server/store/sealing.ts";
import { writeWhole } from "../../server/store/whole-file.ts";
import { makeTempFolder } from "../support/temp.ts";

test("a whole file takes the place of what stood there, for its owner alone, and leaves nothing beside it", () => {
  using folder = makeTempFolder("whole-file");
  const file = join(folder.path, "secret");
  writeFileSync(file, "old", { mode: 0o644 });
  // Left by a process that died.
  writeFileSync(`${file}.new`, "half of somethi", { mode: 0o644 });
  writeWhole(file, "new\n");
  expect([readFileSync(file, "utf8"), statSync(file).mode & 0o777]).toEqual(["new\n", 0o600]);
  expect(readdirSync(folder.path)).toEqual(["secret"]);
});

test("a whole file that cannot be written is told, and nothing is left of it", () => {
  using folder = makeTempFolder("whole-file");
  mkdirSync(join(folder.path, "secret", "in the way"), { recursive: true });
  expect(() => writeWhole(join(folder.path, "secret"), "new")).toThrow();
  expect(readdirSync(folder.path)).toEqual(["secret"]);
});

test("an empty key's file, as a full disk leaves it, is no key: one is made in its place", () => {
  using folder = makeTempFolder("whole-file");
  mkdirSync(join(folder.path, "keys"));
  writeFileSync(join(folder.path, "keys", "secrets.key"), "");
  const random = (bytes: number) => crypto.getRandomValues(new Uint8Array(bytes));
  const parts = { dataDir: folder.path, secretKey: null, random };
  const sealed = createSealer(parts).seal("sk-1234", "openai");
  expect(createSealer(parts).open(sealed, "openai")).toBe("sk-1234");
});
