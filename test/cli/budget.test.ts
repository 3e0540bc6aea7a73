import { describe, expect, test } from "bun:test";
import { findTightest, renderBudget } from "../../server/cli/budget.ts";
import { runCli } from "../../server/cli/main.ts";
import { renderStatus } from "../../server/cli/status.ts";
import { styleFor } from "../../server/cli/style.ts";
import type { AgentStatus } from "../../server/management/wire/status.ts";
import { NOON, startManagement } from "../management/support.ts";
import { agentStatus, statusAnswer } from "./fake-gateway.ts";
import { fakeTerminal, NOW } from "./fake-terminal.ts";

const PLAIN = styleFor(fakeTerminal());

function capped(over: Partial<AgentStatus["budget"]>, more: Partial<AgentStatus> = {}): AgentStatus {
  return agentStatus({ ...more, budget: { ...agentStatus().budget, ...over } });
}

const CALLS = { hour: 1, day: 1, total: 1 };
const RESEARCHER = capped(
  { max_cost_per_hour: 5, max_cost_per_day: 40, max_cost_per_request: 0.5 },
  { calls: CALLS, cost: { hour: 2, day: 36, total: 90 }, held: 1 },
);

describe("a budget", () => {
  test("shows what is spent, held and left of each window", () => {
    expect(renderBudget(RESEARCHER, 100, PLAIN)).toEqual([
      "WINDOW   SPENT   HELD   LEFT     CAP",
      "hour     $2.00  $1.00  $2.00   $5.00",
      "day     $36.00  $1.00  $3.00  $40.00",
      "total   $90.00  $1.00      —    none",
      "One call of researcher may cost $0.500000 at most.",
    ]);
  });

  test("never has less than nothing left, says what is not known, and that the agent is paused", () => {
    const agent = capped(
      { max_cost_total: 1 },
      {
        calls: CALLS,
        cost: { hour: 0, day: 0, total: 1.2 },
        unpriced_calls: 1,
        pause_reason: "loop_detected",
      },
    );
    const lines = renderBudget(agent, 100, PLAIN).map((line) => line.split(/ {2,}/));
    expect(lines[1]).toEqual(["hour", "unknown", "$0", "—", "none"]);
    expect(lines[3]).toEqual(["total", "≥ $1.20", "$0", "$0", "$1.00"]);
    expect(lines[4]?.[0]).toContain("is paused because it repeated itself");
  });

  test("is as tight as its tightest window, with what is held", () => {
    expect(findTightest(RESEARCHER)).toEqual({ window: "day", used: 37 / 40 });
    expect(findTightest(capped({ max_cost_total: 0 }))).toEqual({ window: "total", used: 1 });
    expect(findTightest(capped({ max_cost_per_request: 1 }))).toBeNull();
  });
});

describe("tollgate budget", () => {
  test("shows a budget, as JSON the API's answer", async () => {
    await using api = startManagement({
      config: "agents: { researcher: { budget: { max_cost_per_day: 5 } } }",
    });
    const run = async (...words: string[]) => {
      const terminal = fakeTerminal({ now: () => NOON });
      const code = await runCli(["budget", ...words, "--url", api.url, "--token", api.token], terminal);
      return { code, printed: terminal.printed, complained: terminal.complained };
    };
    const { code, printed, complained } = await run("researcher");
    expect([code, complained]).toEqual([0, []]);
    expect(printed[2]?.split(/ {2,}/)).toEqual(["day", "$0", "$0", "$5.00", "$5.00"]);
    const json = await run("researcher", "--json");
    expect(JSON.parse(json.printed.join("\n"))).toEqual(
      await (await api.asAdmin("/api/budget/researcher")).json(),
    );
    expect((await run("research")).complained[0]).toContain("did you mean researcher?");
    expect(await run()).toMatchObject({ code: 2, printed: [] });
  });
});

describe("status", () => {
  const render = (agents: AgentStatus[], columns = 200) =>
    renderStatus(statusAnswer({ agents }), "http://127.0.0.1:8080", NOW, columns, PLAIN);

  test("shows budgets and holds where there are any, and tells who is paused and why", () => {
    const paused = agentStatus({
      id: "b",
      status: "paused",
      pause_reason: "policy",
      pause_detail: "runaway",
    });
    const lines = render([RESEARCHER, paused]);
    expect(lines[2]).toContain("COST/DAY   HELD  BUDGET USED");
    expect(lines[3]).toContain("92% of day");
    expect(lines[4]).toMatch(/^b +paused/);
    expect(lines[6]).toBe("b is paused by the policy runaway until a person resumes it.");
    const quiet = render([agentStatus()]).join("\n");
    expect(quiet).not.toMatch(/HELD|BUDGET|paused/);
  });

  test("keeps the state and the budget on 80 columns", () => {
    const long = {
      ...RESEARCHER,
      id: "checkout-agent-of-the-north",
      owner: "platform",
      status: "paused" as const,
    };
    const lines = render([long], 80);
    expect(lines[2]?.split(/ {2,}/)).toEqual([
      "AGENT",
      "STATUS",
      "CALLS/DAY",
      "COST/DAY",
      "BUDGET USED",
      "LAST SEEN",
    ]);
    for (const line of lines) expect(Bun.stringWidth(line)).toBeLessThanOrEqual(80);
  });

  test("teaches the next step while nobody has called, though agents are configured", () => {
    const step = "No agent has called yet.";
    expect(render([agentStatus({ status: "idle" })]).join("\n")).toContain(step);
    expect(render([agentStatus(), RESEARCHER]).join("\n")).not.toContain(step);
  });

  test("tells of ten paused agents and counts the others", () => {
    const agents = Array.from({ length: 12 }, (_, index) =>
      agentStatus({ id: `agent-${index}`, status: "paused", pause_reason: "loop_detected" }),
    );
    const pauses = render(agents).filter((line) => line.includes(" is paused ") || line.startsWith("…"));
    expect(pauses).toHaveLength(11);
    expect(pauses.at(-1)).toBe("… and 2 more agents.");
  });
});
