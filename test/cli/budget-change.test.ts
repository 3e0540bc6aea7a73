import { describe, expect, test } from "bun:test";
import { parseCaps } from "../../server/cli/budget-change.ts";
import { runCli } from "../../server/cli/main.ts";
import { type Harness, NOON, startManagement } from "../management/support.ts";
import { fakeTerminal } from "./fake-terminal.ts";

const CONFIG = "agents: { researcher: { budget: { max_cost_per_day: 40 } } }\n";

async function run(api: Harness, ...words: string[]) {
  const terminal = fakeTerminal({ now: () => NOON });
  const code = await runCli(["budget", ...words, "--url", api.url, "--token", api.token], terminal);
  return { code, printed: terminal.printed, complained: terminal.complained };
}

describe("tollgate budget with caps", () => {
  test("sets those that are given, leaves the others, and shows what is left then", async () => {
    await using api = startManagement({ config: CONFIG });
    expect(await run(api, "researcher", "--hourly", "10")).toEqual({
      code: 0,
      printed: [
        "WINDOW  SPENT  HELD    LEFT     CAP",
        "hour       $0    $0  $10.00  $10.00",
        "day        $0    $0  $40.00  $40.00",
        "total      $0    $0       —    none",
      ],
      complained: [],
    });
  });

  test("outdoes the file's with unlimited, and takes that back with none", async () => {
    await using api = startManagement({ config: CONFIG });
    const day = (printed: readonly string[]) => printed[2]?.split(/ {2,}/).at(-1);
    expect(day((await run(api, "researcher", "--daily", "unlimited")).printed)).toBe("none");
    expect(day((await run(api, "researcher", "--daily", "none")).printed)).toBe("$40.00");
    expect(api.store.state.readSettings()).toEqual([]);
  });

  test.each([
    ["--hourly", "ten"],
    ["--daily", "-1"],
    ["--total", ""],
  ])("%s %j ends with 2 and changes nothing", async (option, cap) => {
    await using api = startManagement({ config: CONFIG });
    const { code, printed } = await run(api, "researcher", `${option}=${cap}`);
    expect([code, printed]).toEqual([2, []]);
    expect(api.store.state.readSettings()).toEqual([]);
  });

  test("of an agent that nobody knows changes nothing and says how to configure one", async () => {
    await using api = startManagement({ config: CONFIG });
    const { code, complained } = await run(api, "researchr", "--hourly", "10");
    expect(code).toBe(1);
    expect(complained).toEqual([
      'tollgate: No agent "researchr" has called or is configured; did you mean researcher?',
      "`tollgate agents set --new` configures one before its first call.",
    ]);
    expect(api.store.state.readSettings()).toEqual([]);
  });
});

test("caps are USD, unlimited or none", () => {
  expect(parseCaps({})).toBeNull();
  expect(parseCaps({ hourly: "$10", daily: "0.50", total: "unlimited" })).toEqual({
    hourly: 10,
    daily: 0.5,
    total: "unlimited",
  });
  expect(parseCaps({ total: "none" })).toEqual({ total: null });
  expect(parseCaps({ hourly: "1", total: "1e3" })).toContain('--total is "1e3"; expected USD');
});
