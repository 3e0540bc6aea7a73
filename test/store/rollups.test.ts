import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import type { Line, NewLine } from "../../server/core/event.ts";
import { type Group, groupLines, readLine } from "../../server/store/groups.ts";
import { INDEX_MIGRATIONS } from "../../server/store/migrations/index.ts";
import { prepareRollup } from "../../server/store/rollups.ts";
import { callLine, START } from "./support.ts";

const HOUR = 3_600_000;
const hourOf = (time: number) => time - (time % HOUR);

function group(lines: readonly NewLine[]): Group[] {
  const written = lines.map((line, i): Line => ({ ...line, seq: i + 1, prev: "", hash: "" }));
  return groupLines(written.map(readLine));
}

function openTables(): Database {
  const database = new Database(":memory:", { strict: true });
  for (const sql of INDEX_MIGRATIONS) database.run(sql);
  return database;
}

describe("a rollup", () => {
  test("sums each combination of labels in its bucket, also over several batches", () => {
    const database = openTables();
    const rollup = prepareRollup(database, "hours", hourOf);
    const lines = [0, 1, 2, 3].map((i) =>
      callLine(`r${i}`, { owner: `o${i % 2}` }, START + Math.floor(i / 2) * HOUR),
    );
    rollup.add(group(lines));
    rollup.add(group(lines.slice(0, 1)));
    const rows = database
      .query("SELECT start, owner, calls, tokens_in FROM hours ORDER BY start, owner")
      .values();
    expect(rows).toEqual([
      [hourOf(START), "o0", 2, 2_400],
      [hourOf(START), "o1", 1, 1_200],
      [hourOf(START) + HOUR, "o0", 1, 1_200],
      [hourOf(START) + HOUR, "o1", 1, 1_200],
    ]);
  });

  test("folds labels that an agent invents without end, but never the agent or the provider", () => {
    const database = openTables();
    const add = (from: number, count: number) =>
      prepareRollup(database, "hours", hourOf, 10).add(
        group(
          Array.from({ length: count }, (_, i) =>
            callLine(`r${i}`, { agent: `a${i % 2}`, owner: `invented-${from + i}` }),
          ),
        ),
      );
    add(0, 40);
    add(1_000, 40);
    const rows = database
      .query<{ agent: string; owner: string; calls: number }, []>("SELECT agent, owner, calls FROM hours")
      .all();
    expect(rows).toHaveLength(12);
    const others = rows.filter((row) => row.owner === "(others)");
    expect(others.map((row) => [row.agent, row.calls])).toEqual([
      ["a0", 35],
      ["a1", 35],
    ]);
    expect(rows.reduce((sum, row) => sum + row.calls, 0)).toBe(80);
  });

  test("sums the same however its lines were cut into batches, and while the clock goes to and fro", () => {
    const lines = Array.from({ length: 300 }, (_, i) =>
      callLine(
        `r${i}`,
        { agent: `a${i % 3}`, model: `m${i % 10}`, status: i % 4 ? 200 : 500, tokens_in: i },
        START + (Math.floor(i / 60) % 3) * HOUR,
      ),
    );
    const [whole, cut] = [300, 7].map((size) => {
      const database = openTables();
      const rollup = prepareRollup(database, "hours", hourOf, 20);
      for (let i = 0; i < lines.length; i += size) rollup.add(group(lines.slice(i, i + size)));
      return database.query("SELECT * FROM hours").values();
    });
    expect(whole).toEqual(cut as NonNullable<typeof cut>);
    expect(whole?.some((row) => row.includes("(others)"))).toBe(true);
  });
});
