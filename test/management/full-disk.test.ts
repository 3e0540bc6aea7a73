import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { createKeyring } from "../../server/gateway/keys.ts";
import { explainError } from "../../server/management/failure.ts";
import { createTokenRing } from "../../server/management/token-ring.ts";
import { NOON } from "./support.ts";

const random = (bytes: number) => crypto.getRandomValues(new Uint8Array(bytes));

/** A table of revocations on a disk that is full until the test makes room. */
function openDisk() {
  const revoked = new Set<string>();
  const disk = { isFull: true };
  const revoke = (id: string): boolean => {
    if (disk.isFull) throw new Error("database or disk is full");
    return revoked.size < revoked.add(id).size;
  };
  return { disk, revoke };
}

/** What SQLite throws when there is no room. */
function fillUp(): unknown {
  const database = new Database(":memory:");
  database.run("PRAGMA max_page_count = 1");
  try {
    return database.run("CREATE TABLE a (b)");
  } catch (error) {
    return error;
  } finally {
    database.close();
  }
}

test("what cannot be kept since the disk is full is told as that, and not as a defect", () => {
  expect(explainError(fillUp(), "incident")).toMatchObject({ status: 503, code: "not_kept" });
  expect(explainError(new Error("database or disk is full"), "incident").status).toBe(500);
});

test("a token opens nothing from the moment it is revoked, also where that cannot be kept; later it can", () => {
  const { disk, revoke } = openDisk();
  const kept = { readTokens: () => [], addToken: () => undefined, noteTokenUse: () => undefined };
  const ring = createTokenRing({ ...kept, revokeToken: revoke }, random);
  const { token } = ring.create({ name: null, role: "admin", expires: null }, NOON);
  expect(() => ring.revoke(token.id, NOON + 1)).toThrow("full");
  expect(ring.findById(token.id, NOON + 1)).toBeNull();
  disk.isFull = false;
  expect(ring.revoke(token.id, NOON + 2)).toMatchObject({ id: token.id, revoked: NOON + 1 });
  expect(ring.revoke(token.id, NOON + 3)).toBeNull();
});

test("a gateway key likewise", () => {
  const { disk, revoke } = openDisk();
  const keyring = createKeyring({ readKeys: () => [], addKey: () => undefined, revokeKey: revoke }, random);
  const { key, secret } = keyring.create({ agent: "researcher", name: null, expires: null }, NOON);
  expect(() => keyring.revoke(key.id, NOON + 1)).toThrow("full");
  expect(keyring.find(secret, NOON + 1)).toBeNull();
  disk.isFull = false;
  expect(keyring.revoke(key.id, NOON + 2)).toMatchObject({ id: key.id, revoked: NOON + 1 });
  expect(keyring.revoke(key.id, NOON + 3)).toBeNull();
});
