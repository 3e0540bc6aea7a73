import { describe, expect, test } from "bun:test";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runCli } from "../../server/cli/main.ts";
import { type Harness, makeCall, NOON, startManagement } from "../management/support.ts";
import { blockedLine } from "../store/support.ts";
import { makeTempFolder } from "../support/temp.ts";
import { fakeTerminal } from "./fake-terminal.ts";

async function run(api: Harness, words: readonly string[], over: Parameters<typeof fakeTerminal>[0] = {}) {
  const terminal = fakeTerminal({ now: () => NOON, ...over });
  const code = await runCli(["report", ...words, "--url", api.url, "--token", api.token], terminal);
  return { code, printed: terminal.printed, complained: terminal.complained };
}

/** A day of two teams, one of which nobody knows the prices of. */
function startWithCalls(): Harness {
  const api = startManagement();
  const hour = (hours: number) => new Date(NOON - hours * 3_600_000).toISOString();
  const team = { owner: "team-ml", agent: "researcher" };
  for (let i = 0; i < 12; i++) {
    api.append(
      makeCall({ ...team, time: hour(i), cost_nano: 400_000_000, tokens_in: 9_000, latency_ms: 1_800 }),
    );
  }
  api.append(makeCall({ ...team, time: hour(2), status: 529, cost_nano: 0 }));
  api.append(blockedLine("b", { ...team, count: 38 }, NOON - 1_000));
  api.append(
    makeCall({ owner: "team-\u001b[2J", model: "local", cost: null, cost_nano: null, latency_ms: 90 }),
  );
  api.append(makeCall({ owner: undefined }));
  return api;
}

describe("tollgate report", () => {
  test("shows a table, what all come to, and what has no price", async () => {
    await using api = startWithCalls();
    expect((await run(api, ["--by", "owner", "--from", "24h"])).printed).toEqual([
      "By owner, 2026-01-09 12:00:00Z to 2026-01-10 13:00:00Z; days are those of UTC.",
      "Nothing is known before 2026-01-10 01:00:00Z.",
      "",
      "OWNER      CALLS  ERRORS  REFUSED  TOKENS IN  TOKENS OUT       COST    P50    P95  TOP MODEL",
      "team-ml       13       1       38       108K          65      $4.80   1.8s   1.8s  gpt-4o",
      "—              1       0        0         10           5  $0.000125  245ms  245ms  gpt-4o",
      "team-\u{FFFD}[2J      1       0        0         10           5    unknown   87ms   87ms  local",
      "",
      "All: 15 calls, 108K tokens, cost ≥ $4.80, 1 error, 38 refused.",
      "1 call has no known price; no cost includes them.",
    ]);
  });

  test("fits 80 columns", async () => {
    await using api = startWithCalls();
    const { printed } = await run(api, ["--by", "owner"], { columns: 80 });
    expect(printed.slice(2, 4)).toEqual([
      "OWNER      CALLS  ERRORS  REFUSED  TOKENS IN  TOKENS OUT       COST    P95",
      "team-ml       13       1       38       108K          65      $4.80   1.8s",
    ]);
  });

  test("tells how few lines there are, and that nothing was called", async () => {
    await using api = startManagement();
    expect(await run(api, ["--by", "day"])).toEqual({
      code: 0,
      printed: [
        "By day, 2026-01-10 12:00:00Z to 2026-01-10 13:00:00Z; days are those of UTC.",
        "Nothing is known.",
      ],
      complained: ["There was no call and no refusal."],
    });
  });

  test("hands everything that narrows to the gateway, and says what it was narrowed to", async () => {
    await using api = startWithCalls();
    const words = "--by model --agent researcher --owner team-ml --from 2026-01-10T10:00:00Z --to 1h".split(
      " ",
    );
    const { printed } = await run(api, words);
    expect(printed[0]).toBe(
      "By model, 2026-01-10 10:00:00Z to 2026-01-10 11:00:00Z, agent researcher, owner team-ml; days are those of UTC.",
    );
    expect(printed[3]).toMatch(/^gpt-4o +2 +1 /);
  });

  test("prints JSON and CSV as the gateway answers them", async () => {
    await using api = startWithCalls();
    const json = JSON.parse((await run(api, ["--by", "owner", "--format", "json"])).printed.join("\n"));
    const answer = await (await api.asAdmin("/api/reports?by=owner")).json();
    expect(json).toEqual(answer);
    const csv = await run(api, ["--by", "owner", "--format", "csv"]);
    expect(csv.printed).toEqual([
      (await (await api.asAdmin("/api/reports?by=owner&format=csv")).text()).trimEnd(),
    ]);
    expect(csv.printed[0]).toStartWith("owner,calls,");
  });

  test("writes the page for print, for its user alone, and replaces a file only when told to", async () => {
    await using api = startWithCalls();
    using folder = makeTempFolder("report");
    const file = join(folder.path, "report.html");
    const words = ["--by", "owner", "--html", "report.html"];
    expect(await run(api, words, { cwd: folder.path })).toEqual({
      code: 0,
      printed: ["report.html is written. Open it in a browser to print it."],
      complained: [],
    });
    const page = readFileSync(file, "utf8");
    expect(page).toStartWith("<!doctype html>");
    expect(page).toContain("The journal is complete and unchanged");
    expect(page).toEndWith("</html>\n");
    expect(statSync(file).mode & 0o777).toBe(0o600);

    writeFileSync(file, "precious");
    expect(await run(api, words, { cwd: folder.path })).toMatchObject({
      code: 1,
      complained: ["tollgate: report.html is there already.", "--force replaces it."],
    });
    expect(readFileSync(file, "utf8")).toBe("precious");
    expect((await run(api, [...words, "--force"], { cwd: folder.path })).code).toBe(0);
    expect(readFileSync(file, "utf8")).toStartWith("<!doctype html>");
    const nowhere = await run(api, ["--html", "not/there.html"], { cwd: folder.path });
    expect([nowhere.code, nowhere.complained[0]]).toEqual([
      1,
      expect.stringContaining("not/there.html cannot be written"),
    ]);
  });

  test.each([
    ["--by team", '--by is "team"; expected one of agent, owner, purpose, model, provider, day.'],
    ["--by provder", '--by is "provder"; did you mean provider?'],
    ["--format html", '--format is "html"; expected one of table, json, csv.'],
    ["--format csv --html x.html", "--format does not go with --html."],
    [
      "--from yesterday",
      '--from is "yesterday"; expected a time such as 2026-01-31 or a span back such as 30d.',
    ],
    ["--from 1h --to 2h", "--from is not before --to."],
    ["--from 2027-01-01", "--from is not before --to."],
  ])("%s ends with 2 and says what is wrong", async (words, told) => {
    await using api = startManagement();
    expect(await run(api, words.split(" "))).toEqual({
      code: 2,
      printed: [],
      complained: [`tollgate: ${told}`, "`tollgate report --help` shows what is possible."],
    });
  });

  test("tells when the token opens nothing", async () => {
    await using api = startManagement();
    const terminal = fakeTerminal({ now: () => NOON });
    for (const words of [[], ["--format", "csv"]]) {
      expect(await runCli(["report", ...words, "--url", api.url, "--token", "tga_wrong"], terminal)).toBe(1);
    }
    expect(terminal.complained.filter((line) => line.includes("refuses the token"))).toHaveLength(2);
    expect(terminal.printed).toEqual([]);
  });
});
