import { describe, expect, test } from "bun:test";
import { renderDetail } from "../../server/cli/log-detail.ts";
import { renderLogLine } from "../../server/cli/log-line.ts";
import { styleFor } from "../../server/cli/style.ts";
import { entry } from "./fake-gateway.ts";
import { fakeTerminal } from "./fake-terminal.ts";

const line = (over: Parameters<typeof entry>[1], columns?: number) =>
  renderLogLine(entry(1, over), styleFor(fakeTerminal()), columns);

describe("what an event says", () => {
  test("stands behind its name: by whom, for how long, under which rule", () => {
    const detail = { by: "budget", window: "day", least: 188_400, until: "2026-02-01T00:00:00.000Z" };
    expect(line({ type: "agent", event: "agent.paused", detail })).toEndWith(
      "agent.paused  by budget, window day, until 2026-02-01 00:00:00Z",
    );
    expect(
      line({ type: "policy", event: "policy.shadowed", detail: { rule: "r", action: "deny" } }),
    ).toEndWith("policy.shadowed  rule r, action deny");
  });

  test("leaves out what says nothing", () => {
    expect(renderDetail({ by: "token", token: null, set: ["providers.openai.api_key"], cleared: [] })).toBe(
      "by token, set providers.openai.api_key",
    );
    expect(renderDetail(null)).toBe("");
    expect(line({ type: "agent", event: "agent.created", detail: null })).toEndWith("  agent.created");
  });

  test("names the first of many and counts the others", () => {
    const changed = Array.from({ length: 30 }, (_, index) => `agents.a${index}.model`);
    expect(renderDetail({ changed })).toBe(
      "changed agents.a0.model agents.a1.model agents.a2.model agents.a3.model and 26 more",
    );
  });

  test("is cut where the line ends, and never steers the terminal", () => {
    const detail = { by: "person", note: `deploying ${"\x1b[2J"} ${"very ".repeat(40)}long` };
    for (const columns of [80, 100, 140]) {
      const text = line({ type: "agent", event: "agent.paused", detail }, columns);
      expect(Bun.stringWidth(text)).toBe(columns);
      expect(text).toContain("agent.paused  by person, note deploying");
      expect(text).not.toMatch(/\p{Cc}/u);
    }
  });
});

describe("a refusal", () => {
  const refused = {
    type: "blocked",
    agent: "runaway",
    provider: "openai",
    requested_model: "gpt-4o-mini",
    status: 200,
    reason: "budget_exceeded",
  };

  test("says how many it stands for", () => {
    expect(line({ ...refused, count: 11 })).toEndWith("200  refused: budget_exceeded ×11");
    expect(line(refused)).toEndWith("200  refused: budget_exceeded");
  });

  test("fits 80 columns, with its reason whole", () => {
    expect(line({ ...refused, count: 999 }, 80)).toBe(
      "01-31 12:00:00Z  runaway           budget_exceeded             200  refused ×999",
    );
    expect(line({ ...refused, reason: "unsupported_translation", count: null }, 80)).toContain(
      "  unsupported_translation  ",
    );
  });
});
