import { describe, expect, test } from "bun:test";
import { createHash, randomBytes } from "node:crypto";
import { createKeyring } from "../../server/gateway/keys.ts";
import type { GatewayKey } from "../../server/store/store.ts";

const NOW = Date.UTC(2026, 0, 15);
const DAY = 86_400_000;

/** What state.db keeps of keys, in memory. */
function makeState() {
  const rows: (GatewayKey & { hash: string })[] = [];
  return {
    rows,
    readKeys: () => rows.map((row) => ({ ...row })),
    addKey: (key: GatewayKey, hash: string) => void rows.push({ ...key, hash }),
    revokeKey(id: string, revoked: number): boolean {
      const at = rows.findIndex((row) => row.id === id && row.revoked === null);
      const row = rows[at];
      if (!row) return false;
      rows[at] = { ...row, revoked };
      return true;
    },
  };
}

const wanted = (over = {}) => ({ agent: "researcher", name: null, expires: null, ...over });

describe("a gateway key", () => {
  test("proves its agent from the moment it is made", () => {
    const keyring = createKeyring(makeState(), randomBytes);
    const { key, secret } = keyring.create(wanted({ name: "ci" }), NOW);
    expect(secret).toMatch(/^tg_[A-Za-z0-9_-]{43}$/);
    expect(key).toEqual({
      id: expect.stringMatching(/^key_[0-9a-f]{12}$/),
      agent: "researcher",
      name: "ci",
      created: NOW,
      expires: null,
      revoked: null,
    });
    expect(keyring.find(secret, NOW)).toEqual({ id: key.id, agent: "researcher" });
    expect(keyring.find(secret, NOW + 10_000 * DAY)).not.toBeNull();
  });

  test("is kept as its hash alone, and known again after a restart", () => {
    const state = makeState();
    const { key, secret } = createKeyring(state, randomBytes).create(wanted(), NOW);
    expect(JSON.stringify(state.rows)).not.toContain(secret.slice(3));
    expect(state.rows[0]?.hash).toBe(createHash("sha256").update(secret).digest("hex"));
    const restarted = createKeyring(state, randomBytes);
    expect(restarted.find(secret, NOW)).toEqual({ id: key.id, agent: "researcher" });
    expect(restarted.list()).toEqual([key]);
  });

  test("proves nothing from the instant at which it expires", () => {
    const keyring = createKeyring(makeState(), randomBytes);
    const { secret } = keyring.create(wanted({ expires: NOW + DAY }), NOW);
    expect(keyring.find(secret, NOW + DAY - 1)).not.toBeNull();
    expect(keyring.find(secret, NOW + DAY)).toBeNull();
  });

  test("proves nothing any more once it is revoked, now and after a restart; others go on", () => {
    const state = makeState();
    const keyring = createKeyring(state, randomBytes);
    const gone = keyring.create(wanted(), NOW);
    const kept = keyring.create(wanted(), NOW);
    expect(keyring.revoke(gone.key.id, NOW + 1)).toEqual({ ...gone.key, revoked: NOW + 1 });
    for (const one of [keyring, createKeyring(state, randomBytes)]) {
      expect(one.find(gone.secret, NOW + 1)).toBeNull();
      expect(one.find(kept.secret, NOW + 1)).not.toBeNull();
      expect(one.list()).toEqual([{ ...gone.key, revoked: NOW + 1 }, kept.key]);
    }
  });

  test("is revoked once, and one that does not exist never", () => {
    const keyring = createKeyring(makeState(), randomBytes);
    const { key } = keyring.create(wanted(), NOW);
    keyring.revoke(key.id, NOW);
    expect(keyring.revoke(key.id, NOW + 1)).toBeNull();
    expect(keyring.revoke("key_000000000000", NOW)).toBeNull();
    expect(keyring.list()).toMatchObject([{ revoked: NOW }]);
  });

  test("that cannot be stored does not come into being", () => {
    const state = makeState();
    const full = {
      ...state,
      addKey: () => {
        throw new Error("disk full");
      },
    };
    const keyring = createKeyring(full, randomBytes);
    expect(() => keyring.create(wanted(), NOW)).toThrow("disk full");
    expect(keyring.list()).toEqual([]);
  });

  test.each(["", "tg_", "tg_short", "dummy", `tga_${"x".repeat(43)}`, `tg_${"x".repeat(44)}`])(
    "is none of %p",
    (text) => {
      const keyring = createKeyring(makeState(), randomBytes);
      keyring.create(wanted(), NOW);
      expect(keyring.find(text, NOW)).toBeNull();
    },
  );
});
