import { expect, test } from "bun:test";
import { chmodSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createSealer } from "../../server/store/sealing.ts";
import { makeTempFolder } from "../support/temp.ts";

const random = (bytes: number) => crypto.getRandomValues(new Uint8Array(bytes));

function open(dataDir: string, secretKey: string | null = null) {
  return createSealer({ dataDir, secretKey, random });
}

test("what is sealed is opened by the same key for the same thing alone, and reads otherwise each time", () => {
  using folder = makeTempFolder("sealing");
  const sealer = open(folder.path);
  const sealed = sealer.seal("sk-1234", "openai");
  expect(sealed).not.toContain("sk-1234");
  expect(sealer.seal("sk-1234", "openai")).not.toBe(sealed);
  expect(open(folder.path).open(sealed, "openai")).toBe("sk-1234");
  expect(open(folder.path).open(sealed, "anthropic")).toBeNull();
});

test("a sealed text that was changed in any place is not opened", () => {
  using folder = makeTempFolder("sealing");
  const sealer = open(folder.path);
  const sealed = sealer.seal("k", "openai");
  const bytes = Buffer.from(sealed.slice(1), "base64");
  for (let index = 0; index < bytes.length; index++) {
    const changed = Buffer.from(bytes);
    changed[index] = (changed[index] ?? 0) ^ 1;
    expect(sealer.open(`:${changed.toString("base64")}`, "openai")).toBeNull();
  }
  for (const torn of ["", ":", ":AAAA", sealed.slice(0, 12), "salt:AAAA"]) {
    expect(sealer.open(torn, "openai")).toBeNull();
  }
});

test("the key's file is made when something is sealed, for its owner alone", () => {
  using folder = makeTempFolder("sealing");
  const file = join(folder.path, "keys", "secrets.key");
  const sealer = open(folder.path);
  expect(sealer.open(":AAAA", "openai")).toBeNull();
  expect(existsSync(file)).toBe(false);
  sealer.seal("k", "openai");
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test("a key's file that is lost, another or none opens nothing; one that holds no key is not written over", () => {
  using folder = makeTempFolder("sealing");
  const file = join(folder.path, "keys", "secrets.key");
  const sealed = open(folder.path).seal("k", "openai");
  writeFileSync(file, "0".repeat(64));
  expect(open(folder.path).open(sealed, "openai")).toBeNull();
  writeFileSync(file, "not a key");
  expect(open(folder.path).open(sealed, "openai")).toBeNull();
  expect(() => open(folder.path).seal("k", "openai")).toThrow("holds no key");
  expect(readFileSync(file, "utf8")).toBe("not a key");
  chmodSync(file, 0o600);
  rmSync(file);
  expect(open(folder.path).open(sealed, "openai")).toBeNull();
});

test.each([
  ["hex", "ab".repeat(32)],
  ["base64", Buffer.alloc(32, 7).toString("base64")],
  ["base64url", Buffer.alloc(32, 255).toString("base64url")],
  ["a passphrase", "correct horse battery staple"],
])("the environment's key may be %s, and no file is made then", (_form, secretKey) => {
  using folder = makeTempFolder("sealing");
  const sealed = open(folder.path, secretKey).seal("k", "openai");
  expect(existsSync(join(folder.path, "keys"))).toBe(false);
  expect(open(folder.path, secretKey).open(sealed, "openai")).toBe("k");
  expect(open(folder.path, `${secretKey}!`).open(sealed, "openai")).toBeNull();
  expect(open(folder.path).open(sealed, "openai")).toBeNull();
});

test("what the file's key has sealed is opened also once the environment gives one", () => {
  using folder = makeTempFolder("sealing");
  const sealed = open(folder.path).seal("k", "openai");
  expect(open(folder.path, "ab".repeat(32)).open(sealed, "openai")).toBe("k");
});

test("a passphrase keeps to the salt that it has seen, so that a start derives one key and not many", () => {
  using folder = makeTempFolder("sealing");
  const first = open(folder.path, "correct horse battery staple").seal("k", "openai");
  const later = open(folder.path, "correct horse battery staple");
  later.open(first, "openai");
  expect(later.seal("k", "openai").split(":")[0]).toBe(first.split(":")[0] ?? "");
});
