import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ArgsDef } from "citty";
import { EXAMPLES } from "../../server/cli/examples.ts";
import { createCommands } from "../../server/cli/index.ts";
import { listLeaves, readTree } from "../../server/cli/tree.ts";
import { fakeTerminal } from "./fake-terminal.ts";

/** Every command that runs. */
async function readLeaves() {
  return listLeaves(await readTree(createCommands(fakeTerminal()), "tollgate"));
}

function renderOptions(args: ArgsDef): string {
  return Object.entries(args)
    .filter(([, { type }]) => type !== "positional")
    .flatMap(([name, arg]) => [`--${name}`, ...("alias" in arg && arg.alias ? [`-${arg.alias}`] : [])])
    .map((option) => `\`${option}\``)
    .join(" ");
}

/** The rows of the table under this head, as their cells. */
function readTable(document: string, head: string): string[][] {
  const [, table = ""] = document.split(`${head}\n|---|---|\n`);
  const rows = table.split("\n\n")[0]?.split("\n") ?? [];
  return rows.map((row) =>
    row
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

test("docs/cli.md lists every command with its meaning and options, and no other", async () => {
  const document = readFileSync(join(import.meta.dir, "../../docs/cli.md"), "utf8");
  const commands = await readLeaves();
  expect(readTable(document, "| command | what it does |")).toEqual(
    commands.map(({ path, description }) => [`\`${path}\``, description]),
  );
  expect(readTable(document, "| command | options |")).toEqual(
    commands.map(({ path, args }) => [`\`${path}\``, renderOptions(args)]),
  );
});

test("every example begins with the command that it is for, and every command has one", async () => {
  for (const [words, examples] of EXAMPLES) {
    for (const example of examples) expect(example).toStartWith(words);
  }
  for (const { path } of await readLeaves()) {
    expect(EXAMPLES.get(path) ?? []).not.toEqual([]);
  }
});
