import { describe, expect, test } from "bun:test";
import { createCommands } from "../../server/cli/index.ts";
import { runCli } from "../../server/cli/main.ts";
import { type CommandNode, readTree } from "../../server/cli/tree.ts";
import { fakeTerminal } from "./fake-terminal.ts";

async function run(words: string, over = {}) {
  const terminal = fakeTerminal(over);
  const code = await runCli(words.split(" ").filter(Boolean), terminal);
  return { code, printed: terminal.printed.join("\n"), complained: terminal.complained.join("\n") };
}

const PATHS = listPaths(await readTree(createCommands(fakeTerminal()), "tollgate"));

/** The words of every command below the root, groups too. */
function listPaths({ below }: CommandNode): string[] {
  return below.flatMap((node) => [node.path.replace(/^tollgate /, ""), ...listPaths(node)]);
}

describe("words that make no sense end with 2 and say what was probably meant", () => {
  test.each([
    ["statsu", "There is no command `tollgate statsu`; did you mean `tollgate status`?"],
    ["audit verfiy", "There is no command `tollgate audit verfiy`; did you mean `tollgate audit verify`?"],
    ["stat", "There is no command `tollgate stat`; did you mean `tollgate status`?"],
    ["logs --prov x", "There is no option --prov; did you mean --provider?"],
    ["logs --agent a --agent b", "The option --agent stands twice."],
    ["logs -f --follow", "The option --follow stands twice."],
    ["status -c a --config=b", "The option --config stands twice."],
    ["dashboard --open --no-open", "The option --open stands twice."],
    ["frobnicate", "There is no command `tollgate frobnicate`."],
    ["constructor", "There is no command `tollgate constructor`."],
    ["audit", "`tollgate audit` needs one of: verify, rebuild."],
    ["agents --jsno", "There is no option --jsno; did you mean --json?"],
    ["agents shwo a", "There is no command `tollgate agents shwo`; did you mean `tollgate agents show`?"],
    ["status --jsno", "There is no option --jsno; did you mean --json?"],
    ["status --no-color", "There is no option --color."],
    ["status -x", "There is no option -x."],
    ["logs --agent", "The option --agent needs a value."],
    ["logs --agent --json", "The option --agent needs a value."],
    ["version now", 'The word "now" has no meaning here.'],
    ["logs --limit many --url http://h --token t", '--limit is "many"; expected a whole number.'],
    ["logs --status 4xx", '--status is "4xx"; expected one HTTP status such as 429.'],
    ["logs --type agnet", '--type is "agnet"; did you mean agent?'],
    [
      "logs --type x",
      '--type is "x"; expected one of call, blocked, agent, gateway, config, admin, journal, breaker, policy, trust, attempt, external, checkpoint.',
    ],
    ["logs --since 1h --until 2h", "--since is later than --until."],
    ["logs -f --until now", "--until does not go with --follow, which has no end."],
    [
      "logs --since yesterday",
      '--since is "yesterday"; expected a time such as 2026-01-31T12:00:00Z or a span back such as 24h.',
    ],
  ])("%s", async (words, message) => {
    const { code, printed, complained } = await run(words);
    expect(complained.split("\n")[0]).toBe(`tollgate: ${message}`);
    expect(code).toBe(2);
    expect(printed).toBe("");
  });
});

describe("help", () => {
  test.each(["", "help", "--help", "-h"])("`tollgate %s` lists the commands", async (words) => {
    const { code, printed } = await run(words);
    expect(code).toBe(0);
    for (const command of ["start", "status", "logs", "dashboard", "audit", "version"]) {
      expect(printed).toMatch(new RegExp(`^  ${command} +\\w`, "m"));
    }
  });

  test.each(PATHS)("`tollgate %s --help` shows usage and examples, and runs nothing", async (command) => {
    for (const words of [`${command} --help`, `help ${command}`, `${command} -h`]) {
      const { code, printed, complained } = await run(words);
      expect(code).toBe(0);
      expect(printed).toContain(`Usage: tollgate ${command}`);
      expect(printed).toMatch(new RegExp(`Examples:\n  tollgate ${command}`));
      expect(complained).toBe("");
    }
  });

  test("shows the way to turn off what is on", async () => {
    expect((await run("dashboard --help")).printed).toContain("--no-open   ");
  });

  test("is coloured for a person who did not decline it, and only then", async () => {
    expect((await run("--help", { isPerson: true })).printed).toContain("\x1b[1mUsage:");
    expect((await run("--help", { isPerson: true, env: { NO_COLOR: "1" } })).printed).not.toContain("\x1b");
    expect((await run("--help")).printed).not.toContain("\x1b");
  });
});

test.each(["version", "--version", "-v"])("`tollgate %s` prints the version", async (words) => {
  expect(await run(words)).toEqual({ code: 0, printed: "tollgate development", complained: "" });
});

test("what nobody foresaw is told in one line and ends with 1", async () => {
  const print = () => {
    throw new TypeError("the paper is out\n    at the printer");
  };
  expect(await run("version", { print })).toEqual({
    code: 1,
    printed: "",
    complained: "tollgate: This failed unexpectedly: the paper is out",
  });
});
