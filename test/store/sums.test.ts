import { describe, expect, test } from "bun:test";
import { blockedLine, callLine, makeStoreHome, START } from "./support.ts";

const HOUR = 3_600_000;

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

  test("keep the owner and purpose that an agent declared first", () => {
    using home = makeStoreHome("index");
    const { journal, index } = home.open();
    journal.append(callLine("r1", { owner: undefined, purpose: undefined }));
    expect(index.agents()).toMatchObject([{ owner: null, purpose: null }]);
    journal.append(callLine("r2", { owner: "first", purpose: undefined }));
    journal.append(callLine("r3", { owner: "second", purpose: "ci" }));
    expect(index.agents()).toMatchObject([{ owner: "first", purpose: "ci" }]);
  });
});
