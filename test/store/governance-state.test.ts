import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { Pause } from "../../server/core/pause.ts";
import { openDatabase } from "../../server/store/database.ts";
import { STATE_MIGRATIONS } from "../../server/store/migrations/state.ts";
import { openState } from "../../server/store/state.ts";
import type { GatewayKey } from "../../server/store/store.ts";
import { makeTempFolder } from "../support/temp.ts";

const NOW = 1_000_000;

const open = (folder: string) => openState(folder, () => NOW);

function makeKey(id: string, more: Partial<GatewayKey> = {}): GatewayKey {
  return { id, agent: "researcher", name: null, created: NOW, expires: null, revoked: null, ...more };
}

describe("pauses", () => {
  const pauses: Pause[] = [
    { agent: "a", since: NOW, until: null, cause: { by: "person", note: 'it "loops"\n' } },
    { agent: "b", since: NOW, until: NOW + 9, cause: { by: "budget", window: "hour", least: 640_000 } },
    { agent: "c", since: NOW, until: NOW + 9, cause: { by: "policy", rule: "runaway-spend" } },
    { agent: "__proto__", since: NOW, until: null, cause: { by: "loop" } },
  ];
  const byAgent = (list: Pause[]) => list.toSorted((a, b) => (a.agent < b.agent ? -1 : 1));

  test("of every cause are there after a restart as they were written", () => {
    using folder = makeTempFolder("state");
    const first = open(folder.path);
    expect(first.readPauses()).toEqual([]);
    for (const pause of pauses) first.writePause(pause);
    first.close();
    const second = open(folder.path);
    expect(byAgent(second.readPauses())).toEqual(byAgent(pauses));
    second.close();
  });

  test("take each other's place, one an agent, and go when they are removed", () => {
    using folder = makeTempFolder("state");
    const state = open(folder.path);
    for (const pause of pauses) state.writePause(pause);
    const again: Pause = { agent: "a", since: NOW + 1, until: NOW + 2, cause: { by: "loop" } };
    state.writePause(again);
    for (const agent of ["b", "c", "c", "never paused", "' OR 1=1 --"]) state.removePause(agent);
    expect(byAgent(state.readPauses())).toEqual(byAgent([again, ...pauses.slice(3)]));
    state.close();
  });
});

describe("gateway keys", () => {
  test("are there after a restart, the oldest first, each with its hash", () => {
    using folder = makeTempFolder("state");
    const keys = [
      makeKey("k2", { created: NOW + 2, name: "laptop", expires: NOW + 99 }),
      makeKey("k1", { created: NOW + 1, agent: "writer" }),
      makeKey("k0", { created: NOW + 2 }),
    ] as const;
    const first = open(folder.path);
    expect(first.readKeys()).toEqual([]);
    for (const key of keys) first.addKey(key, `hash of ${key.id}`);
    first.close();
    const second = open(folder.path);
    expect(second.readKeys()).toEqual(
      [keys[1], keys[0], keys[2]].map((key) => ({ ...key, hash: `hash of ${key.id}` })),
    );
    second.close();
  });

  test("are revoked once, and for good", () => {
    using folder = makeTempFolder("state");
    const first = open(folder.path);
    first.addKey(makeKey("k1"), "one");
    first.addKey(makeKey("k2"), "two");
    expect(first.revokeKey("k1", NOW + 5)).toBe(true);
    expect([first.revokeKey("k1", NOW + 6), first.revokeKey("no such key", NOW)]).toEqual([false, false]);
    first.close();
    const second = open(folder.path);
    expect(second.readKeys().map(({ id, revoked }) => [id, revoked])).toEqual([
      ["k1", NOW + 5],
      ["k2", null],
    ]);
    second.close();
  });

  test("have a hash and an id of their own: another key with one of them is not added", () => {
    using folder = makeTempFolder("state");
    const state = open(folder.path);
    state.addKey(makeKey("k1"), "one");
    expect(() => state.addKey(makeKey("k2"), "one")).toThrow("UNIQUE");
    expect(() => state.addKey(makeKey("k1", { agent: "thief" }), "two")).toThrow("UNIQUE");
    expect(state.readKeys()).toEqual([{ ...makeKey("k1"), hash: "one" }]);
    state.close();
  });
});

describe("trust", () => {
  test("is there after a restart as each agent's was written last", () => {
    using folder = makeTempFolder("state");
    const first = open(folder.path);
    expect(first.readTrust()).toEqual(new Map());
    first.writeTrust([
      ["a", { score: 50, models: ["gpt-4o"] }],
      ["b", { score: 20.5, since: null }],
    ]);
    first.writeTrust(new Map([["a", { score: 51 }]]));
    first.writeTrust([]);
    first.close();
    const second = open(folder.path);
    expect(second.readTrust()).toEqual(
      new Map<string, unknown>([
        ["a", { score: 51 }],
        ["b", { score: 20.5, since: null }],
      ]),
    );
    second.close();
  });

  test("that is no JSON any more is null, and keeps no other from being read", () => {
    using folder = makeTempFolder("state");
    const state = open(folder.path);
    state.writeTrust([
      ["a", 1],
      ["torn", { score: 51 }],
      ["z", { score: 52 }],
    ]);
    const database = new Database(join(folder.path, "state.db"));
    database.run("UPDATE trust SET standing = '{\"score\":' WHERE agent = 'torn'");
    database.close();
    expect(state.readTrust()).toEqual(
      new Map<string, unknown>([
        ["a", 1],
        ["torn", null],
        ["z", { score: 52 }],
      ]),
    );
    state.close();
  });

  test("is written for all agents or for none", () => {
    using folder = makeTempFolder("state");
    const state = open(folder.path);
    state.writeTrust([["a", 1]]);
    function* standings(): Generator<[string, unknown]> {
      yield ["a", 2];
      throw new Error("a standing could not be told");
    }
    expect(() => state.writeTrust(standings())).toThrow("could not be told");
    expect(state.readTrust()).toEqual(new Map([["a", 1]]));
    state.close();
  });
});

test("a state.db of the version before keeps what it has, and takes the new", () => {
  using folder = makeTempFolder("state");
  const old = openDatabase(join(folder.path, "state.db"), STATE_MIGRATIONS.slice(0, 1));
  old.run("INSERT INTO admin_token VALUES (1, 'hash')");
  old.close();
  const state = open(folder.path);
  expect(state.readAdminToken()).toEqual({ hash: "hash", origin: "made" });
  state.addKey(makeKey("k1"), "one");
  state.close();
  const database = new Database(join(folder.path, "state.db"), { readonly: true });
  expect(database.query("SELECT id FROM gateway_keys").all()).toEqual([{ id: "k1" }]);
  database.close();
});
