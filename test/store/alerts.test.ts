import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { Delivery, Notice } from "../../server/core/alerts/notice.ts";
import { openState } from "../../server/store/state.ts";
import { makeTempFolder } from "../support/temp.ts";

const FACT = { type: "breaker_open", provider: "one" } as const;
const RAISED = { rule: "r", subject: '["a",""]', raised: { period: "p", since: 1, toldAt: 2 }, fact: FACT };

const notice = (id: string): Notice => ({
  id,
  time: 1,
  rule: "r",
  type: "breaker_open",
  kind: "raised",
  agent: null,
  text: "it's open",
  fact: FACT,
});
const delivery = (state: Delivery["state"]): Delivery => ({
  channel: "ops",
  state,
  attempts: 1,
  time: 1,
  problem: null,
});

function open(folder: string) {
  const state = openState(folder, () => 0);
  return { state, [Symbol.dispose]: () => state.close() };
}

describe("state.db keeps", () => {
  test("what is raised, one row a rule and subject, over a restart", () => {
    using folder = makeTempFolder("alerts");
    {
      using opened = open(folder.path);
      opened.state.writeRaised(RAISED);
      opened.state.writeRaised({ ...RAISED, raised: { ...RAISED.raised, toldAt: 5 } });
      opened.state.writeRaised({ ...RAISED, rule: "gone" });
      opened.state.removeRaised("gone", RAISED.subject);
    }
    using opened = open(folder.path);
    expect(opened.state.readRaised()).toEqual([{ ...RAISED, raised: { period: "p", since: 1, toldAt: 5 } }]);
  });

  test("what was told and what became of it, and knows what waits", () => {
    using folder = makeTempFolder("alerts");
    using opened = open(folder.path);
    const { state } = opened;
    state.writeNotice({ notice: notice("1"), deliveries: [delivery("waiting")] });
    state.writeNotice({ notice: notice("2"), deliveries: [delivery("waiting")] });
    state.writeNotice({ notice: notice("1"), deliveries: [delivery("sent")] });
    expect(state.readWaitingNotices().map((told) => told.notice.id)).toEqual(["2"]);
    const { entries, nextCursor } = state.readNotices({}, 10, null);
    expect(entries.map((told) => told.notice.id)).toEqual(["2", "1"]);
    expect(entries[1]).toEqual({ notice: notice("1"), deliveries: [delivery("sent")] });
    expect(nextCursor).toBeNull();
  });

  test("the newest thousand notices", () => {
    using folder = makeTempFolder("alerts");
    using opened = open(folder.path);
    for (let count = 1; count <= 1_005; count++) {
      opened.state.writeNotice({ notice: notice(String(count)), deliveries: [] });
    }
    const { entries } = opened.state.readNotices({}, 2_000, null);
    expect([entries.length, entries.at(-1)?.notice.id]).toEqual([1_000, "6"]);
  });

  test("the others when a row was edited and is no JSON", () => {
    using folder = makeTempFolder("alerts");
    using opened = open(folder.path);
    for (const id of ["1", "2"]) opened.state.writeNotice({ notice: notice(id), deliveries: [] });
    opened.state.writeRaised(RAISED);
    using database = new Database(join(folder.path, "state.db"));
    database.run("UPDATE notices SET notice = 'torn' WHERE id = '1'");
    database.run("UPDATE raised_alerts SET fact = ''");
    expect(opened.state.readNotices({}, 10, null).entries.map((told) => told.notice.id)).toEqual(["2"]);
    expect(opened.state.readRaised()).toEqual([]);
  });
});
