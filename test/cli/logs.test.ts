import { describe, expect, test } from "bun:test";
import { renderLogLine } from "../../server/cli/log-line.ts";
import { runCli } from "../../server/cli/main.ts";
import { styleFor } from "../../server/cli/style.ts";
import { createArrivals, within } from "../support/signals.ts";
import { entry, type FakeGateway, startFakeGateway, TOKEN } from "./fake-gateway.ts";
import { fakeTerminal } from "./fake-terminal.ts";

const line = (over: Parameters<typeof entry>[1]) => renderLogLine(entry(1, over), styleFor(fakeTerminal()));
const words = (gateway: FakeGateway, ...more: string[]) => [
  "logs",
  "--url",
  gateway.url,
  "--token",
  TOKEN,
  ...more,
];

describe("a line", () => {
  test("of a call shows target, status, time, tokens and cost", () => {
    const call = {
      provider: "openai",
      model: "gpt-4o-mini",
      status: 200,
      ending: "complete",
      latency_ms: 1_240,
      tokens_in: 120,
      tokens_out: 12_345,
      usage: "reported",
      cost: 0.001234,
    } as const;
    expect(line(call)).toBe(
      "2026-01-31 12:00:00Z  a                     openai/gpt-4o-mini                    200    1.2s      120→12.3K   $0.001234",
    );
    expect(line({ ...call, usage: "estimated", cost: null })).toEndWith("  ~120→12.3K           —");
    expect(line({ ...call, ending: "failed", error: "idle_timeout" })).toEndWith(
      "$0.001234  failed: idle_timeout",
    );
  });

  test("of a refusal shows its reason, of anything else its event", () => {
    expect(line({ type: "blocked", agent: null, status: 404, reason: "unknown_provider" })).toMatch(
      /Z {2}— +404 {2}refused: unknown_provider$/,
    );
    expect(line({ type: "agent", event: "agent.created" })).toMatch(/Z {2}a +agent\.created$/);
    expect(line({ type: "checkpoint", agent: null })).toMatch(/Z {2}— +checkpoint$/);
  });

  test("fits 80 columns, and 100 with the time that the call took", () => {
    const call = entry(1, {
      agent: "checkout-agent-of-the-north",
      provider: "anthropic",
      model: "claude-sonnet-4-5-20250929",
      status: 200,
      ending: "complete",
      latency_ms: 1_240,
      cost: 0.001234,
    });
    const narrow = renderLogLine(call, styleFor(fakeTerminal()), 80);
    expect(narrow).toBe("01-31 12:00:00Z  checkout-agent-…  anthropic/claude-sonnet-4…  200   $0.001234");
    const medium = renderLogLine(call, styleFor(fakeTerminal()), 100);
    expect(Bun.stringWidth(medium)).toBeLessThanOrEqual(100);
    expect(medium).toContain("  1.2s  ");
  });

  test("cannot be made to steer the terminal", () => {
    expect(line({ provider: "openai", model: "x\x1b]0;owned\x07" })).not.toMatch(/\p{Cc}/u);
  });
});

describe("tollgate logs", () => {
  test("prints the newest entries that match, oldest first, page by page", async () => {
    using gateway = startFakeGateway();
    for (let seq = 1; seq <= 2_500; seq++)
      gateway.entries.push(entry(seq, { agent: seq % 2 ? "odd" : "even" }));
    const terminal = fakeTerminal();
    expect(await runCli(words(gateway, "--agent", "odd", "--limit", "1100", "--json"), terminal)).toBe(0);
    const seqs = terminal.printed.map((text) => JSON.parse(text).seq);
    expect(seqs).toHaveLength(1_100);
    expect(seqs[0]).toBe(301);
    expect(seqs.at(-1)).toBe(2_499);
    expect(gateway.asked).toEqual([
      "GET /api/logs?agent=odd&limit=1000",
      "GET /api/logs?agent=odd&limit=100&cursor=501",
    ]);
  });

  test("hands every filter to the gateway", async () => {
    using gateway = startFakeGateway();
    gateway.entries.push(entry(1));
    const filters =
      "--run r --provider openai --model gpt-4o --reason policy_denied --status 429 --since 24h --until 1h";
    expect(await runCli(words(gateway, ...filters.split(" ")), fakeTerminal())).toBe(0);
    const [asked = ""] = gateway.asked;
    expect(Object.fromEntries(new URL(asked.replace("GET ", "http://h")).searchParams)).toEqual({
      run: "r",
      provider: "openai",
      model: "gpt-4o",
      reason: "policy_denied",
      status: "429",
      from: "24h",
      to: "1h",
      limit: "50",
    });
  });

  test("says that nothing matches, where it does not disturb a script", async () => {
    using gateway = startFakeGateway();
    const terminal = fakeTerminal();
    expect(await runCli(words(gateway, "--since", "24h", "--type", "call"), terminal)).toBe(0);
    expect(terminal.printed).toEqual([]);
    expect(terminal.complained).toEqual(["No entry matches."]);
    expect(gateway.asked).toEqual(["GET /api/logs?type=call&from=24h&limit=50"]);
  });

  test("-f goes on with what happens, through a lost connection, until Ctrl-C", async () => {
    using gateway = startFakeGateway();
    gateway.entries.push(entry(1), entry(2));
    const printed = createArrivals<number>();
    const terminal = fakeTerminal({ print: (text) => printed.push(JSON.parse(text).seq) });
    const next = () => within(printed.next(), "an entry is printed");
    const running = runCli(words(gateway, "-f", "--json"), terminal);

    expect([await next(), await next()]).toEqual([1, 2]);
    const first = await within(gateway.feeds.next(), "the feed is opened");
    first.send({ type: "snapshot", entries: [entry(2), entry(1)] });
    gateway.entries.push(entry(3));
    first.send({ type: "delta", entries: [entry(3)] });
    expect(await next()).toBe(3);

    first.close();
    gateway.entries.push(entry(4), entry(5));
    const second = await within(gateway.feeds.next(), "the feed is opened again");
    second.send({ type: "snapshot", entries: [entry(5)] });
    expect([await next(), await next()]).toEqual([4, 5]);

    terminal.interrupt();
    expect(await within(running, "the command ends")).toBe(0);
    expect(printed.waiting).toBe(0);
  });

  test("-f ends with 1 when the gateway takes the login back", async () => {
    using gateway = startFakeGateway();
    const terminal = fakeTerminal();
    const running = runCli(words(gateway, "--follow"), terminal);
    (await within(gateway.feeds.next(), "the feed is opened")).close(4401);
    expect(await within(running, "the command ends")).toBe(1);
    expect(terminal.complained).toEqual([
      "tollgate: The gateway ended the feed: the token is no longer valid.",
    ]);
  });
});
