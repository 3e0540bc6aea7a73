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
    first.writeAdminToken("one");
    first.writeAdminToken("two");
    first.close();
    const second = openState(folder.path, () => NOW);
    expect(second.readAdminToken()).toBe("two");
    second.close();
  });

  test("knows a session until it expires, is removed, or all are", () => {
    using folder = makeTempFolder("state");
    const state = openState(folder.path, () => NOW);
    state.createSession("a", NOW + 10);
    state.createSession("b", NOW + 10);
    state.createSession("c", NOW + 10);
    expect(state.isSession("a", NOW + 9)).toBe(true);
    expect(state.isSession("a", NOW + 10)).toBe(false);
    expect(state.isSession("' OR 1=1 --", NOW)).toBe(false);
    state.removeSession("a");
    expect([state.isSession("a", NOW), state.isSession("b", NOW)]).toEqual([false, true]);
    state.removeSessions();
    expect([state.isSession("b", NOW), state.isSession("c", NOW)]).toEqual([false, false]);
    state.close();
  });

  test("gives a link away once, and not when it has expired", () => {
    using folder = makeTempFolder("state");
    const state = openState(folder.path, () => NOW);
    state.createLink("a", NOW + 60);
    state.createLink("b", NOW + 60);
    expect([state.takeLink("a", NOW), state.takeLink("a", NOW)]).toEqual([true, false]);
    expect(state.takeLink("b", NOW + 60)).toBe(false);
    state.close();
  });

  test("sweeps out what has expired when something is added", () => {
    using folder = makeTempFolder("state");
    let now = NOW;
    const state = openState(folder.path, () => now);
    for (let i = 0; i < 50; i++) state.createSession(`s${i}`, NOW + 10);
    now = NOW + 20;
    state.createSession("new", NOW + 30);
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
    state.writeAdminToken("hash");
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
