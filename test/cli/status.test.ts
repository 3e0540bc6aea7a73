import { describe, expect, test } from "bun:test";
import { runCli } from "../../server/cli/main.ts";
import { renderStatus } from "../../server/cli/status.ts";
import { styleFor } from "../../server/cli/style.ts";
import type { StatusAnswer } from "../../server/management/wire/status.ts";
import { agentStatus, startFakeGateway, statusAnswer, TOKEN } from "./fake-gateway.ts";
import { fakeTerminal, NOW } from "./fake-terminal.ts";

const PLAIN = styleFor(fakeTerminal());
const render = (answer: StatusAnswer, columns = 200) =>
  renderStatus(answer, "http://127.0.0.1:8080", NOW, columns, PLAIN);

const BUSY = agentStatus({
  id: "researcher",
  calls: { hour: 3, day: 12_345, total: 20_000 },
  tokens: { hour: { in: 0, out: 0 }, day: { in: 1_000_000, out: 234_000 }, total: { in: 0, out: 0 } },
  cost: { hour: 0.001234, day: 1.5, total: 1234.5 },
  errors: { hour: 2, total: 9 },
  in_flight: 4,
  last_seen: "2026-01-31T11:59:48Z",
});

describe("status", () => {
  test("shows each agent, the dearest of the day first", () => {
    const idle = agentStatus({ id: "idler", status: "idle" });
    const lines = render(statusAnswer({ agents: [idle, BUSY] }));
    expect(lines.slice(0, 5)).toEqual([
      "Tollgate 1.2.3 at http://127.0.0.1:8080, up 2h",
      "",
      "AGENT       STATUS  CALLS/DAY  TOKENS/DAY  COST/HOUR  COST/DAY  COST/TOTAL  ERRORS/HOUR  IN FLIGHT  LAST SEEN",
      "researcher  active      12.3K       1.23M  $0.001234     $1.50   $1,234.50            2          4    12s ago",
      "idler       idle            0           0         $0        $0          $0            0          0          —",
    ]);
  });

  test("shows a cost that leaves calls out as a bound, and one that is not known as unknown", () => {
    const calls = { hour: 0, day: 3, total: 5 };
    const none = agentStatus({ id: "none", calls, cost: { hour: 0, day: 0, total: 0 }, unpriced_calls: 5 });
    const some = agentStatus({ id: "some", calls, cost: { hour: 0, day: 2, total: 4 }, unpriced_calls: 2 });
    const day = { calls: 6, errors: 1, blocked: 0, tokens_in: 0, tokens_out: 1, cost: 2 };
    const lines = render(
      statusAnswer({
        agents: [some, none],
        totals: { ...statusAnswer().totals, day, in_flight: 1 },
      }),
    );
    const cells = lines.map((line) => line.split(/ {2,}/).slice(4, 7));
    expect(cells[3]).toEqual(["$0", "≥ $2.00", "≥ $4.00"]);
    expect(cells[4]).toEqual(["$0", "unknown", "unknown"]);
    expect(lines.slice(-2)).toEqual([
      "Today: 6 calls, 1 token, cost ≥ $2.00, 1 error, 0 refused; 1 in flight.",
      "7 calls so far have no known price; no cost includes them.",
    ]);
  });

  test("shows owners where there are any and room for them", () => {
    const owned = { ...BUSY, owner: "platform" };
    const head = (agents: StatusAnswer["agents"], columns?: number) =>
      render(statusAnswer({ agents }), columns)[2];
    expect(head([owned, agentStatus()])).toStartWith("AGENT       OWNER     STATUS");
    expect(head([BUSY])).not.toContain("OWNER");
    expect(head([owned], 110)).not.toContain("OWNER");
  });

  test("says what is wrong before anything else", () => {
    const gateway = {
      url: "http://127.0.0.1:8080",
      version: "1.2.3",
      uptime_ms: 1,
      degraded: ["The disk is full."],
      warnings: ["It is open."],
    };
    expect(render(statusAnswer({ gateway })).slice(1, 3)).toEqual([
      "Degraded: The disk is full.",
      "Warning: It is open.",
    ]);
  });

  test("teaches the next step while nobody has called", () => {
    expect(render(statusAnswer()).join("\n")).toContain(
      "curl http://127.0.0.1:8080/agents/my-agent/openai/v1/chat/completions",
    );
  });

  test("on 80 columns shows what matters most, with names that can be told apart", () => {
    const long = { ...BUSY, id: "checkout-agent-of-the-north", owner: "platform" };
    const [, , head = "", row = ""] = render(statusAnswer({ agents: [long] }), 80);
    expect(head.split(/ {2,}/)).toEqual([
      "AGENT",
      "STATUS",
      "CALLS/DAY",
      "COST/DAY",
      "ERRORS/HOUR",
      "LAST SEEN",
    ]);
    expect(Bun.stringWidth(row)).toBeLessThanOrEqual(80);
    expect(row).toStartWith("checkout-agent-of-the-north  active");
  });
});

describe("tollgate status", () => {
  test("asks the gateway and prints its answer, as JSON when told to", async () => {
    using gateway = startFakeGateway(statusAnswer({ agents: [BUSY] }));
    const terminal = fakeTerminal();
    const words = ["status", "--json", "--url", gateway.url, "--token", TOKEN];
    expect(await runCli(words, terminal)).toBe(0);
    expect(JSON.parse(terminal.printed.join("\n"))).toEqual(statusAnswer({ agents: [BUSY] }));
    expect(gateway.asked).toEqual(["GET /api/status"]);
    expect(terminal.complained).toEqual([]);
  });

  test("with a wrong token ends with 1 and says where the right one is", async () => {
    using gateway = startFakeGateway();
    const terminal = fakeTerminal({ env: { TOLLGATE_ADMIN_TOKEN: "tga_wrong", TOLLGATE_URL: gateway.url } });
    expect(await runCli(["status"], terminal)).toBe(1);
    expect(terminal.complained).toEqual([
      `tollgate: The gateway at ${gateway.url} refuses the token from TOLLGATE_ADMIN_TOKEN.`,
      "The right one stands in admin.token in the gateway's data folder; give it with --token or TOLLGATE_ADMIN_TOKEN.",
    ]);
  });

  test("without a gateway ends with 1 and names the address it tried", async () => {
    const gateway = startFakeGateway();
    const { url } = gateway;
    gateway[Symbol.dispose]();
    const terminal = fakeTerminal();
    expect(await runCli(["status", "--url", url, "--token", TOKEN], terminal)).toBe(1);
    expect(terminal.complained[0]).toBe(`tollgate: No gateway answers at ${url} (from --url).`);
    expect(terminal.complained[1]).toContain("tollgate start");
  });

  test("at an address where something else lives says so", async () => {
    const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("<html>") });
    const terminal = fakeTerminal();
    expect(await runCli(["status", "--url", server.url.origin, "--token", TOKEN], terminal)).toBe(1);
    expect(terminal.complained[0]).toContain("is no Tollgate gateway (HTTP 200)");
    await server.stop(true);
  });
});
