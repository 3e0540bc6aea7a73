import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type Failure, failure } from "../../server/cli/failure.ts";
import type { FeedListener } from "../../server/cli/feed.ts";
import { advance, followLogs } from "../../server/cli/logs-follow.ts";
import type { LogsOptions } from "../../server/cli/logs-options.ts";
import type { LiveMessage } from "../../server/management/wire/status.ts";
import type { LogEntry } from "../../server/store/store.ts";
import { createArrivals, until, within } from "../support/signals.ts";
import { entry } from "./fake-gateway.ts";

const entries = (...seqs: number[]) => seqs.map((seq) => entry(seq));
const seqs = (list: readonly LogEntry[]) => list.map(({ seq }) => Number(seq));

describe("a message, for a reader that knows everything up to 5,", () => {
  test.each([
    ["brings what follows", { type: "delta", entries: entries(7, 6) }, [6, 7], null, 7],
    ["brings nothing", { type: "delta", entries: [] }, [], null, 5],
    ["repeats what is known", { type: "snapshot", entries: entries(6, 5, 4) }, [6], null, 6],
    ["leaves something out", { type: "delta", entries: entries(9, 8) }, [8, 9], 5, 9],
    ["comes from a journal that began anew", { type: "snapshot", entries: entries(2, 1) }, [1, 2], null, 2],
    [
      "comes from a new journal, without its beginning",
      { type: "snapshot", entries: entries(4, 3) },
      [3, 4],
      0,
      4,
    ],
  ] as const)("%s", (_, message, fresh, gapAfter, seq) => {
    const step = advance(5, message);
    expect(seqs(step.fresh)).toEqual([...fresh]);
    expect(step.gapAfter).toBe(gapAfter);
    expect(step.seq).toBe(seq);
  });
});

/** Follows a journal through connections that a test opens, feeds and breaks. */
function following(journal: LogEntry[], options: LogsOptions = {}, seq = 0) {
  const connections = createArrivals<FeedListener>();
  const printed = createArrivals<number>();
  const waits: number[] = [];
  const remarks: string[] = [];
  const failures: Failure[] = [];
  let readable = true;
  const stop = followLogs({
    seq,
    options,
    print: (one) => printed.push(Number(one.seq)),
    connect: (listener) => {
      connections.push(listener);
      return () => {};
    },
    read: async (after) => (readable ? journal.filter((one) => Number(one.seq) > after) : failure("gone")),
    remark: (text) => remarks.push(text),
    fail: (one) => failures.push(one),
    wait: async (delay) => void waits.push(delay),
  });
  return {
    remarks,
    waits,
    failures,
    printed,
    connection: () => within(connections.next(), "a connection is opened"),
    connections: () => connections.waiting,
    next: () => within(printed.next(), "an entry is printed"),
    breakReading: (broken: boolean) => {
      readable = !broken;
    },
    [Symbol.dispose]: stop,
  };
}

const delta = (...list: LogEntry[]) => ({ type: "delta", entries: list }) as unknown as LiveMessage;
const snapshot = (...list: LogEntry[]) => ({ type: "snapshot", entries: list }) as unknown as LiveMessage;

describe("following", () => {
  test("prints each entry once and in order, however often the feed tells of it", async () => {
    using follow = following([], {}, 2);
    const feed = await follow.connection();
    feed.message(snapshot(...entries(3, 2, 1)));
    feed.message(delta(...entries(5, 4)));
    feed.message(delta(...entries(5)));
    feed.message(delta(...entries(6)));
    expect([await follow.next(), await follow.next(), await follow.next(), await follow.next()]).toEqual([
      3, 4, 5, 6,
    ]);
    expect(follow.printed.waiting).toBe(0);
  });

  test("reads what a burst or a lost connection left out before it goes on", async () => {
    const journal = entries(1, 2, 3, 4, 5, 6, 7);
    using follow = following(journal, {}, 1);
    const first = await follow.connection();
    first.message(delta(...entries(4)));
    expect([await follow.next(), await follow.next(), await follow.next()]).toEqual([2, 3, 4]);
    // The page was read after the message and held three more.
    expect([await follow.next(), await follow.next(), await follow.next()]).toEqual([5, 6, 7]);

    first.closed("lost");
    const second = await follow.connection();
    journal.push(...entries(8, 9));
    second.message(snapshot(...entries(9)));
    expect([await follow.next(), await follow.next()]).toEqual([8, 9]);
    expect(follow.remarks).toEqual(["The connection to the gateway is lost; trying again."]);
  });

  test("tries again less and less often, and says so once", async () => {
    using follow = following([]);
    for (let attempt = 0; attempt < 6; attempt++) (await follow.connection()).closed("lost");
    await follow.connection();
    expect(follow.waits).toEqual([500, 1_000, 2_000, 4_000, 5_000, 5_000]);
    expect(follow.remarks).toHaveLength(1);
  });

  test("connects anew when a gap cannot be read, and then prints it", async () => {
    const journal = entries(1, 2, 3);
    using follow = following(journal);
    follow.breakReading(true);
    (await follow.connection()).message(delta(...entries(3)));
    const second = await follow.connection();
    follow.breakReading(false);
    second.message(snapshot(...entries(3)));
    expect([await follow.next(), await follow.next(), await follow.next()]).toEqual([1, 2, 3]);
  });

  test("prints only what passes the filters", async () => {
    using follow = following([], { agent: "a", type: "call", status: "200" });
    const feed = await follow.connection();
    feed.message(
      delta(
        entry(4, { agent: "a", status: 200 }),
        entry(3, { agent: "a", status: 500 }),
        entry(2, { agent: "a", type: "blocked", status: 200 }),
        entry(1, { agent: "b", status: 200 }),
      ),
    );
    expect(await follow.next()).toBe(4);
  });

  test("ends when the token no longer holds", async () => {
    using follow = following([]);
    (await follow.connection()).closed("unauthorized");
    expect(follow.failures).toHaveLength(1);
    expect(follow.connections()).toBe(0);
  });

  test("ends with a sentence when it is told what no gateway says", async () => {
    using follow = following([]);
    (await follow.connection()).message({ type: "delta" } as unknown as LiveMessage);
    const failed = () => follow.failures[0]?.message ?? null;
    expect(await until(failed, "following is over")).toStartWith(
      "What the gateway sent cannot be understood: ",
    );
  });

  test("loses and repeats nothing, wherever the feed is cut", async () => {
    const piece = fc.record({ skip: fc.nat(4), take: fc.nat(4), cut: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 12 }), async (pieces) => {
        const journal: LogEntry[] = [];
        using follow = following(journal);
        let feed = await follow.connection();
        for (const { skip, take, cut } of pieces) {
          for (let count = 0; count < skip + take; count++) journal.push(entry(journal.length + 1));
          if (cut) {
            feed.closed("lost");
            feed = await follow.connection();
          }
          feed.message(
            cut ? snapshot(...journal.slice(-take)) : delta(...(take === 0 ? [] : journal.slice(-take))),
          );
        }
        journal.push(entry(journal.length + 1));
        feed.message(delta(...journal.slice(-1)));
        for (const { seq } of journal) expect(await follow.next()).toBe(Number(seq));
        expect(follow.printed.waiting).toBe(0);
      }),
      { numRuns: 200 },
    );
  });
});
