import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { statSync } from "node:fs";
import { join } from "node:path";
import { openState, readKeptHead } from "../../server/store/state.ts";
import { makeTempFolder } from "../support/temp.ts";

const NOW = 1_000_000;

describe("state.db", () => {
  test("keeps the admin token's hash over restarts, the newest one", () => {
    using folder = makeTempFolder("state");
    const first = openState(folder.path, () => NOW);
    expect(first.readAdminToken()).toBeNull();
    first.writeAdminToken({ hash: "one", origin: "made" });
    first.writeAdminToken({ hash: "two", origin: "made" });
    first.close();
    const second = openState(folder.path, () => NOW);
    expect(second.readAdminToken()?.hash).toBe("two");
    second.close();
  });

  test("knows a session and whose it is until it expires, is removed, or all are", () => {
    using folder = makeTempFolder("state");
    const state = openState(folder.path, () => NOW);
    state.createSession("a", NOW + 10, null);
    state.createSession("b", NOW + 10, "tok_1");
    state.createSession("c", NOW + 10, null);
    expect(state.findSession("a", NOW + 9)).toEqual({ token: null });
    expect(state.findSession("b", NOW + 9)).toEqual({ token: "tok_1" });
    expect(state.findSession("a", NOW + 10)).toBeNull();
    expect(state.findSession("' OR 1=1 --", NOW)).toBeNull();
    state.removeSession("a");
    expect([state.findSession("a", NOW), state.findSession("c", NOW)]).toEqual([null, { token: null }]);
    state.removeLogins();
    expect([state.findSession("b", NOW), state.findSession("c", NOW)]).toEqual([null, null]);
    state.close();
  });

  test("gives a link away once, and not when it has expired", () => {
    using folder = makeTempFolder("state");
    const state = openState(folder.path, () => NOW);
    state.createLink("a", NOW + 60, "tok_1");
    state.createLink("b", NOW + 60, null);
    expect([state.takeLink("a", NOW), state.takeLink("a", NOW)]).toEqual([{ token: "tok_1" }, null]);
    expect(state.takeLink("b", NOW + 60)).toBeNull();
    state.close();
  });

  test("sweeps out what has expired when something is added", () => {
    using folder = makeTempFolder("state");
    let now = NOW;
    const state = openState(folder.path, () => now);
    for (let i = 0; i < 50; i++) state.createSession(`s${i}`, NOW + 10, null);
    now = NOW + 20;
    state.createSession("new", NOW + 30, null);
    state.close();
    const database = new Database(join(folder.path, "state.db"), { readonly: true });
    expect(database.query("SELECT hash FROM sessions").all()).toEqual([{ hash: "new" }]);
    database.close();
  });

  test("keeps the head of the journal by its place beside the data folder", () => {
    using folder = makeTempFolder("state");
    const state = openState(folder.path, () => NOW);
    const file = join(folder.path, "audit.jsonl");
    expect(state.readHead(file)).toBeNull();
    state.writeHead(file, { seq: 5, hash: "abc" });
    expect(state.readHead(file)).toEqual({ seq: 5, hash: "abc" });
    expect(state.readHead(join(folder.path, "other.jsonl"))).toBeNull();
    expect(readKeptHead(folder.path, file)).toEqual({ seq: 5, hash: "abc" });
    state.close();
  });

  test("is for its owner alone, with what SQLite keeps beside it", () => {
    using folder = makeTempFolder("state");
    const state = openState(folder.path, () => NOW);
    state.writeAdminToken({ hash: "hash", origin: "made" });
    for (const name of ["state.db", "state.db-wal", "state.db-shm"]) {
      expect(statSync(join(folder.path, name)).mode & 0o777).toBe(0o600);
    }
    state.close();
  });

  test("refuses a file that a newer version made", () => {
    using folder = makeTempFolder("state");
    openState(folder.path, () => NOW).close();
    const database = new Database(join(folder.path, "state.db"));
    database.run("INSERT INTO versions VALUES (999)");
    database.close();
    expect(() => openState(folder.path, () => NOW)).toThrow("newer version");
  });
});
