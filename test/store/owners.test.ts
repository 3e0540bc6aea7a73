import { describe, expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { CallLine } from "../../server/core/event.ts";
import { verifyJournal } from "../../server/store/verify.ts";
import { blockedLine, callLine, makeHold, makeStoreHome, START } from "./support.ts";

const HOUR = 3_600_000;
const FIRST = START - (START % HOUR);

const call = (id: string, owner: string | undefined, charged_owner: string | undefined, time = START) => {
  const line: CallLine = callLine(id, { cost_nano: 10, tokens_in: 1, tokens_out: 1 }, time);
  return { ...line, owner, charged_owner };
};

/** What each owner was charged. */
const costs = (tallies: ReadonlyMap<string, { readonly costNano: number }>) =>
  Object.fromEntries([...tallies].map(([owner, { costNano }]) => [owner, costNano]));

describe("owners' sums", () => {
  test("are of what was charged, whatever the lines show; refusals charge nobody", () => {
    using home = makeStoreHome("owners");
    const { journal, index } = home.open();
    journal.append(call("r1", "a", undefined));
    journal.append(call("r2", "b", "a"));
    journal.append(call("r3", undefined, "a", START + HOUR));
    journal.append(call("r4", undefined, undefined));
    journal.append(blockedLine("b1", { owner: "b" }));
    expect(index.owners()).toEqual(
      new Map([
        ["a", { calls: 3, errors: 0, blocked: 0, tokensIn: 3, tokensOut: 3, costNano: 30, unpriced: 0 }],
      ]),
    );
    expect(costs(index.ownerTallies(FIRST, FIRST + HOUR))).toEqual({ a: 20 });
    expect(costs(index.ownerTallies(FIRST + HOUR, FIRST + 2 * HOUR))).toEqual({ a: 10 });
    expect(index.agents()).toMatchObject([{ owner: "b", firstOwner: "a" }]);
    expect(index.logs({ type: "call" }, 9, null).entries.map((entry) => entry.charged_owner)).toEqual([
      null,
      "a",
      "a",
      null,
    ]);
  });

  test("are named first by a call that was charged, not by one that was refused, nor by the agent's creation", () => {
    using home = makeStoreHome("owners");
    const { journal, index } = home.open();
    const time = new Date(START).toISOString();
    journal.append({ type: "agent", event: "agent.created", time, agent: "researcher", owner: "b" });
    journal.append(blockedLine("b1", { owner: "b" }));
    expect(index.agents()).toMatchObject([{ owner: "b", firstOwner: null }]);
    journal.append(call("r1", "c", undefined));
    expect(index.agents()).toMatchObject([{ firstOwner: "c" }]);
  });

  test("agree with the checkpoints, and come from one where the lines before it are gone", async () => {
    using home = makeStoreHome("owners");
    const audit = { rotate: 1_500, retention: HOUR };
    const first = home.open(audit);
    for (let i = 0; i < 20; i++) first.journal.append(call(`r${i}`, "b", i % 2 ? "a" : undefined));
    first.journal.append(blockedLine("b1", { owner: "only refused" }));
    first.close();
    expect((await verifyJournal(home.logFile, home.folder)).problems).toEqual([]);

    home.time = START + 3 * HOUR;
    const second = home.open(audit);
    for (let i = 0; i < 20; i++) second.journal.append(call(`s${i}`, "c", "a", home.time));
    const expected = { a: 300, b: 100 };
    expect(costs(second.index.owners())).toEqual(expected);
    await second.journal.flush();
    second.close();
    expect(home.lines()[0]?.seq).toBeGreaterThan(1);
    for (const suffix of ["", "-wal", "-shm"])
      rmSync(join(home.folder, `index.db${suffix}`), { force: true });
    expect(costs(home.open(audit).index.owners())).toEqual(expected);
  });
});

describe("an interrupted call", () => {
  test("is charged to the owner of its hold, which its line shows only where it is another", () => {
    using home = makeStoreHome("owners");
    const first = home.open();
    first.holds.open(makeHold("r1", { owner: "a", chargedOwner: "a", nano: 1 }));
    first.holds.open(makeHold("r2", { owner: "b", chargedOwner: "a", nano: 2 }));
    first.holds.open(makeHold("r3", { owner: null, chargedOwner: "a", nano: 4 }));
    first.holds.open(makeHold("r4", { owner: null, chargedOwner: null, nano: 8 }));
    first.close();
    const { index } = home.open();
    const lines = home.lines().flatMap((line) => (line.type === "call" ? [line] : []));
    expect(lines.map(({ charged_owner }) => charged_owner)).toEqual([undefined, "a", "a", undefined]);
    expect(lines[0]).not.toHaveProperty("charged_owner");
    expect(costs(index.owners())).toEqual({ a: 7 });
  });
});
