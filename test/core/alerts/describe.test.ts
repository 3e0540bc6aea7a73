import { expect, test } from "bun:test";
import { describe } from "../../../server/core/alerts/describe.ts";
import type { Fact } from "../../../server/core/alerts/notice.ts";

const BUDGET: Fact = {
  type: "budget",
  window: "day",
  percent: 80,
  spent: 16_200_000_000,
  cap: 20_000_000_000,
};
const BREAKER: Fact = { type: "breaker_open", provider: "one" };

test.each([
  [BUDGET, "raised", "bot has spent 81% of its daily budget: 16.20 of 20.00 USD."],
  [BUDGET, "repeated", "Still: bot has spent 81% of its daily budget: 16.20 of 20.00 USD."],
  [{ ...BUDGET, spent: 0 }, "recovered", "bot is under 80% of its daily budget again: 0.00 of 20.00 USD."],
  [{ ...BUDGET, spent: 0, cap: null }, "recovered", "bot is under 80% of its daily budget again: 0.00 USD, and no cap."],
  [{ type: "error_rate", window: 600_000, errors: 5, calls: 20 }, "raised", "5 of bot's last 20 calls failed within 10 min."],
  [{ type: "error_rate", window: 30_000, errors: 0, calls: 20 }, "recovered", "The error rate of bot is back to normal: 0 of 20 calls failed within 30 s."],
  [{ type: "agent_down", lastSeen: 0 }, "raised", "bot has not been heard of since 1970-01-01T00:00:00.000Z."],
  [{ type: "agent_down", lastSeen: 0 }, "recovered", "bot is heard of again."],
  [BREAKER, "raised", "The breaker of bot towards one is open: its calls are refused."],
  [BREAKER, "recovered", "The breaker of bot towards one is closed again."],
  [{ type: "trust_drop", from: "baseline", to: "restricted", score: 38 }, "raised", "The trust of bot fell from baseline to restricted (score 38)."],
  [{ type: "trust_drop", from: "restricted", to: "baseline", score: 43 }, "recovered", "The trust of bot rose from restricted to baseline (score 43)."],
  [{ type: "loop", threshold: 10, window: 20 }, "raised", "bot repeats itself: at least 10 of its last 20 requests are alike."],
  [{ type: "policy", policy: "runaway", event: "policy.paused" }, "raised", "The policy runaway paused bot."],
  [{ type: "blocked_burst", window: 300_000, count: 12 }, "raised", "12 calls of bot were refused within 5 min."],
  [{ type: "blocked_burst", window: 300_000, count: 1 }, "recovered", "The refusals of bot are over: 1 within 5 min."],
] as const satisfies readonly (readonly [Fact, string, string])[])("%p %s", (fact, kind, sentence) => {
  expect(describe(fact, kind, "bot")).toBe(sentence);
}); // biome-ignore format: a table

test("what belongs to no agent is said of all", () => {
  expect(describe(BREAKER, "raised", null)).toBe(
    "The breaker of all agents towards one is open: its calls are refused.",
  );
});
