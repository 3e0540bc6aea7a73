import { describe, expect, test } from "bun:test";
import { renderCompletions, SHELLS } from "../../server/cli/completion-scripts.ts";
import { createCommands } from "../../server/cli/index.ts";
import { runCli } from "../../server/cli/main.ts";
import { listLeaves, readTree } from "../../server/cli/tree.ts";
import { fakeTerminal } from "./fake-terminal.ts";

const tree = await readTree(createCommands(fakeTerminal()), "tollgate");

/** What bash offers after these words, the last of which is being typed. */
async function complete(...words: string[]): Promise<string[]> {
  const list = words.map((word) => `'${word}'`).join(" ");
  const script = `${renderCompletions("bash", tree)}
COMP_WORDS=(tollgate ${list}); COMP_CWORD=${words.length}; _tollgate; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const bash = Bun.spawn(["bash", "-c", script], { stdout: "pipe", stderr: "pipe", cwd: import.meta.dir });
  const [offered, complaints] = await Promise.all([
    new Response(bash.stdout).text(),
    new Response(bash.stderr).text(),
  ]);
  expect(complaints).toBe("");
  return offered.split("\n").filter(Boolean);
}

describe("bash", () => {
  test.each([
    ["a command", ["sta"], ["start", "status"]],
    ["a command below another", ["audit", ""], ["verify", "rebuild", "--help"]],
    ["an option", ["pause", "researcher", "--r"], ["--resume", "--reason"]],
    ["what is off from what is on", ["dashboard", "--no"], ["--no-open"]],
    ["the options behind other options' values", ["logs", "--agent", "status", "--fol"], ["--follow"]],
    ["a file where one is meant", ["start", "-c", "fake-t"], ["fake-terminal.ts"]],
    ["a file as a word", ["config", "check", "fake-t"], ["fake-terminal.ts"]],
    ["nothing where nothing fits", ["status", "fake"], []],
  ])("offers %s", async (_, words, offered) => {
    expect(await complete(...words)).toEqual(offered);
  });
});

test.each([...SHELLS])("the script for %s knows every command and option", (shell) => {
  const script = renderCompletions(shell, tree);
  for (const { path, args } of listLeaves(tree)) {
    expect(script).toContain(path);
    for (const [name, { type }] of Object.entries(args))
      if (type !== "positional") expect(script).toContain(name);
  }
});

test("tollgate completions prints the script, and for an unknown shell says which there are", async () => {
  const terminal = fakeTerminal();
  expect(await runCli(["completions", "bash"], terminal)).toBe(0);
  expect(terminal.printed.join("\n")).toBe(renderCompletions("bash", tree));
  for (const words of [["completions"], ["completions", "csh"]]) {
    const other = fakeTerminal();
    expect(await runCli(words, other)).toBe(2);
    expect(other.complained[0]).toEndWith("expected one of bash, zsh, fish.");
    expect(other.printed).toEqual([]);
  }
});
