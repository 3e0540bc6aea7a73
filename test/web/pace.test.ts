import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { findLeader, readPace } from "../../web/src/feed/pace.ts";
import { createSeries, record } from "../../web/src/feed/series.ts";

const NOW = 1_800_000_000_000;

describe("who leads the spending", () => {
  test("is the agent that spends more than all others together", () => {
    expect(lead([3, 1, 1])).toEqual({ agent: "0", share: 0.6 });
    expect(lead([0, 0, 0.000001])).toEqual({ agent: "2", share: 1 });
  });

  test("is nobody where half is the most, where nobody spends, and of fewer than three agents", () => {
    expect(lead([2, 1, 1])).toBeNull();
    expect(lead([0, 0, 0])).toBeNull();
    expect(lead([9, 1])).toBeNull();
    expect(lead([9])).toBeNull();
    expect(lead([])).toBeNull();
  });

  test("counts the last minute alone: what was spent before it does not lead any more", () => {
    const agents = spenders([5, 1, 1], NOW - 120_000);
    expect(findLeader(agents, NOW - 120_000)?.agent).toBe("0");
    expect(findLeader(agents, NOW)).toBeNull();
    expect(agents.map((agent) => readPace(agent, NOW))).toEqual([0, 0, 0]);
  });

  test("never has half or less, nor more than all", () => {
    const usd = fc.double({ min: 0, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(fc.array(usd, { minLength: 3, maxLength: 8 }), (amounts) => {
        const leader = lead(amounts);
        if (!leader) return;
        expect(leader.share).toBeGreaterThanOrEqual(0.5);
        expect(leader.share).toBeLessThanOrEqual(1);
        expect(amounts[Number(leader.agent)]).toBe(Math.max(...amounts));
      }),
    );
  });
});

function lead(amounts: number[]) {
  return findLeader(spenders(amounts, NOW), NOW);
}

/** Agents named by their place that have spent these amounts at this instant. */
function spenders(amounts: number[], at: number) {
  return amounts.map((amount, place) => ({
    id: String(place),
    recentSpend: record(createSeries(), amount, at),
  }));
}
