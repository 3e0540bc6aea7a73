import { describe, expect, test } from "bun:test";
import { renderStatus } from "../../server/cli/status.ts";
import { styleFor } from "../../server/cli/style.ts";
import { agentStatus, statusAnswer } from "./fake-gateway.ts";
import { fakeTerminal, NOW } from "./fake-terminal.ts";

const PLAIN = styleFor(fakeTerminal());
const render = (over: Parameters<typeof statusAnswer>[0], columns: number) =>
  renderStatus(statusAnswer(over), "http://127.0.0.1:8080", NOW, columns, PLAIN);

const PAUSED = agentStatus({
  id: "runaway",
  status: "paused",
  pause_reason: "budget_exceeded",
  pause_detail: "day",
  pause_until: "2026-02-01T00:00:00Z",
  calls: { hour: 111, day: 111, total: 111 },
  blocked: { hour: 812, total: 812 },
});

describe("status", () => {
  test("breaks sentences where the terminal ends, and loses nothing of them", () => {
    const gateway = { ...statusAnswer().gateway, warnings: [`It ${"really ".repeat(20)}is so.`] };
    const lines = render({ gateway, agents: [PAUSED] }, 80);
    for (const line of lines) expect(Bun.stringWidth(line)).toBeLessThanOrEqual(80);
    const text = lines.join(" ");
    expect(text).toContain("really is so.");
    expect(text).toContain("until 2026-02-01 00:00:00Z.");
    expect(text).toContain(" in flight.");
  });

  test("shows whom the gateway refuses how often, while it refuses anybody", () => {
    const [, , head = "", row = ""] = render({ agents: [PAUSED] }, 200);
    expect(head).toContain("REFUSED/HOUR");
    expect(row.slice(head.indexOf("REFUSED/HOUR")).trimStart()).toStartWith("812 ");
    const calm = { ...PAUSED, blocked: { hour: 0, total: 812 } };
    expect(render({ agents: [calm] }, 200)[2]).not.toContain("REFUSED");
  });
});
