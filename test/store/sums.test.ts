import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { NewLine } from "../../server/core/event.ts";
import type { SumRow } from "../../server/store/store.ts";
import { verifyJournal } from "../../server/store/verify.ts";
import { blockedLine, callLine, makeStoreHome, START } from "./support.ts";

const HOUR = 3_600_000;
const CREATED: NewLine = {
  type: "agent",
  event: "agent.created",
  time: new Date(START).toISOString(),
  agent: "researcher",
};

describe("sums", () => {
  test("per agent add up what the journal says: calls, errors, refusals, tokens, cost, unpriced calls", () => {
    using home = makeStoreHome("index");
    const { journal, index } = home.open();
    journal.append(callLine("r1", { cost_nano: 5 }));
    journal.append(callLine("r2", { status: 429, cost_nano: 0, tokens_in: 1, tokens_out: undefined }));
    journal.append(callLine("r3", { ending: "failed", cost_nano: null, cost: null }, START + HOUR));
    journal.append(callLine("r4", { ending: "gone", status: undefined, cost_nano: 2 }, START + HOUR));
    journal.append(blockedLine("b1", {}, START + HOUR));
    journal.append(blockedLine("b2", { agent: undefined }, START + HOUR));
    const hour = START - (START % HOUR);
    const total = {
      calls: 4,
      errors: 2,
      blocked: 1,
      tokensIn: 3_601,
      tokensOut: 900,
      costNano: 7,
      unpriced: 1,
    };
    expect(index.agents()).toEqual([
      {
        agent: "researcher",
        owner: "team-ml",
        purpose: "production",
        firstOwner: "team-ml",
        firstSeen: START,
        lastSeen: START + HOUR,
        total,
      },
    ]);
    expect(index.tallies(hour, hour + 2 * HOUR)).toEqual(new Map([["researcher", total]]));
    expect(index.tallies(hour, hour + HOUR).get("researcher")).toMatchObject({
      calls: 2,
      errors: 1,
      blocked: 0,
    });
    expect(index.tallies(hour + HOUR, hour + 2 * HOUR).get("researcher")).toMatchObject({
      calls: 2,
      blocked: 1,
    });
  });

  test("count as many refusals as a line stands for, in the hour, the lifetime and the checkpoint alike", async () => {
    using home = makeStoreHome("index");
    const first = home.open();
    first.journal.append(CREATED);
    first.journal.append(blockedLine("b1"));
    first.journal.append(blockedLine("b2", { count: 41 }));
    first.journal.append(blockedLine("b3", { count: 8, agent: undefined, owner: "team-x" }));
    const hour = START - (START % HOUR);
    expect(first.index.agents()).toMatchObject([{ total: { calls: 0, errors: 0, blocked: 42 } }]);
    expect(first.index.tallies(hour, hour + HOUR).get("researcher")).toMatchObject({ blocked: 42 });
    expect(first.index.logs({ type: "blocked" }, 9, null).entries.map((entry) => entry.count)).toEqual([
      8,
      41,
      null,
    ]);
    first.close();

    home.open({ rotate: 1 }).journal.append(callLine("r1"));
    const checkpoint = home.lines().findLast((line) => line.type === "checkpoint");
    expect(checkpoint?.totals.gateway[3]).toBe(50);
    expect(checkpoint?.totals.agents.map((row) => row.slice(0, 4))).toEqual([["researcher", 1, 0, 42]]);
    expect(checkpoint?.totals.owners).toContainEqual(["team-x", 0, 0, 8, 0, 0, 0, 0]);
    expect((await verifyJournal(home.logFile, home.folder)).problems).toEqual([]);
  });

  test("come with the owner and purpose that the agent's calls named last, and the owner named first", () => {
    using home = makeStoreHome("index");
    const { journal, index } = home.open();
    journal.append(callLine("r1", { owner: undefined, purpose: undefined }));
    expect(index.agents()).toMatchObject([{ owner: null, purpose: null, firstOwner: null }]);
    journal.append(callLine("r2", { owner: "first", purpose: undefined }));
    journal.append(callLine("r3", { owner: "second", purpose: "ci" }));
    journal.append(callLine("r4", { owner: undefined, purpose: undefined }));
    expect(index.agents()).toMatchObject([{ owner: "second", purpose: "ci", firstOwner: "first" }]);
  });

  test("name the same owners however the lines are cut into batches", () => {
    const name = fc.constantFrom(undefined, "a", "b", "c");
    const calls = fc.array(fc.record({ owner: name, purpose: name, asked: fc.boolean() }), { maxLength: 30 });
    fc.assert(
      fc.property(calls, (made) => {
        using home = makeStoreHome("index");
        const { journal, index } = home.open();
        for (const [i, { owner, purpose, asked }] of made.entries()) {
          journal.append(callLine(`r${i}`, { owner, purpose }));
          // Whoever asks makes a batch of what was written so far.
          if (asked) index.agents();
        }
        const named = (label: "owner" | "purpose") => made.flatMap((call) => call[label] ?? []);
        expect(index.agents()[0] ?? { owner: null, purpose: null, firstOwner: null }).toMatchObject({
          owner: named("owner").at(-1) ?? null,
          purpose: named("purpose").at(-1) ?? null,
          firstOwner: named("owner")[0] ?? null,
        });
      }),
      { numRuns: 40 },
    );
  });

  test("take no owner from a refused call: it may have borrowed the agent's name", () => {
    using home = makeStoreHome("index");
    const { journal, index } = home.open();
    journal.append(CREATED);
    journal.append(blockedLine("b1", { owner: "thief", purpose: "theft" }));
    expect(index.agents()).toMatchObject([{ owner: null, purpose: null, firstOwner: null }]);
    journal.append(callLine("r1", { owner: "rightful" }));
    journal.append(blockedLine("b2", { owner: "thief" }));
    expect(index.agents()).toMatchObject([{ owner: "rightful", firstOwner: "rightful" }]);
  });

  test("take what is decided about an agent for no sign of it", () => {
    using home = makeStoreHome("index");
    const { journal, index } = home.open();
    const later = new Date(START + HOUR).toISOString();
    const notes: NewLine[] = [
      { type: "agent", event: "agent.created", agent: "researcher", time: new Date(START).toISOString() },
      { type: "agent", event: "agent.paused", agent: "researcher", time: later },
      { type: "agent", event: "agent.paused", agent: "never seen", time: later },
      { type: "trust", event: "trust.lost", agent: "never seen", time: later },
    ];
    for (const note of notes) journal.append(note);
    expect(index.agents()).toMatchObject([{ agent: "researcher", firstSeen: START, lastSeen: START }]);
  });
});

describe("buckets of sums", () => {
  const hour = START - (START % HOUR);
  const told = ({ agent, tally }: SumRow) => [agent, tally.calls, tally.blocked];

  test("come oldest first and one at a time, with what their lines have in common", () => {
    using home = makeStoreHome("index");
    const { journal, index } = home.open();
    expect(index.sumsBegin()).toBeNull();
    journal.append(callLine("r1", { latency_ms: 700 }));
    journal.append(callLine("r2", { agent: "writer", owner: undefined, latency_ms: 700 }, START + HOUR));
    journal.append(blockedLine("b1", { count: 4 }, START + HOUR));
    const buckets = [...index.sums("hours", hour, hour + 9 * HOUR, {})];
    expect(buckets.map(({ start, rows }) => [start, rows.map(told)])).toEqual([
      [hour, [["researcher", 1, 0]]],
      [
        hour + HOUR,
        [
          ["researcher", 0, 4],
          ["writer", 1, 0],
        ],
      ],
    ]);
    const [row] = buckets[0]?.rows ?? [];
    expect(row).toMatchObject({
      owner: "team-ml",
      purpose: "production",
      provider: "anthropic",
      model: "claude-sonnet-4-20250514",
    });
    expect([...(row?.latencies.values() ?? [])]).toEqual([1]);
    expect(index.sumsBegin()).toBe(hour);
  });

  test("are narrowed by labels, an empty one included, and a bucket without a match comes empty", () => {
    using home = makeStoreHome("index");
    const { journal, index } = home.open();
    journal.append(callLine("r1"));
    journal.append(callLine("r2", { agent: "writer", owner: undefined }, START + HOUR));
    const read = (filter: Parameters<typeof index.sums>[3]) =>
      [...index.sums("hours", 0, START + 9 * HOUR, filter)].map(({ rows }) => rows.map(({ agent }) => agent));
    expect(read({ agent: "writer" })).toEqual([[], ["writer"]]);
    expect(read({ owner: "team-ml", purpose: "production" })).toEqual([["researcher"], []]);
    expect(read({ owner: "" })).toEqual([[], ["writer"]]);
    expect(read({ agent: "' OR 1=1 --" })).toEqual([[], []]);
  });

  test("leave out what begins outside of the period", () => {
    using home = makeStoreHome("index");
    const { journal, index } = home.open();
    for (const hours of [-1, 0, 1, 2]) journal.append(callLine(`r${hours}`, {}, START + hours * HOUR));
    const starts = (from: number, to: number) =>
      [...index.sums("hours", from, to, {})].map(({ start }) => start);
    expect(starts(hour, hour + 2 * HOUR)).toEqual([hour, hour + HOUR]);
    expect(starts(hour + 1, hour + 2 * HOUR + 1)).toEqual([hour + HOUR, hour + 2 * HOUR]);
    expect(starts(hour, hour)).toEqual([]);
  });

  test("of minutes are kept for three hours, so that they do not grow", () => {
    using home = makeStoreHome("index");
    const { journal, index } = home.open();
    const minutes = () =>
      [...index.sums("minutes", 0, START + 99 * HOUR, {})].map(({ start }) => start - START);
    journal.append(callLine("r1"));
    journal.append(callLine("r2", {}, START + 2 * HOUR));
    expect(minutes()).toEqual([0, 2 * HOUR]);
    journal.append(callLine("r3", {}, START + 4 * HOUR));
    expect(minutes()).toEqual([2 * HOUR, 4 * HOUR]);
  });
});
