import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ArgsDef, CommandDef } from "citty";
import { createCommands, EXAMPLES } from "../../server/cli/index.ts";
import { fakeTerminal } from "./fake-terminal.ts";

interface Documented {
  readonly words: string;
  readonly description: string;
  readonly options: string;
}

type Part<Value> = Value | Promise<Value> | (() => Value | Promise<Value>);
const resolved = <Value extends object>(part: Part<Value>) => (typeof part === "function" ? part() : part);

/** Every command that runs, with its options in their order. */
async function listCommands(command: CommandDef, words: string): Promise<Documented[]> {
  if (command.subCommands) {
    const below = Object.entries(await resolved(command.subCommands));
    const lists = await Promise.all(
      below.map(async ([name, sub]) => listCommands(await resolved(sub), `${words} ${name}`)),
    );
    return lists.flat();
  }
  const { description = "" } = await resolved(command.meta ?? {});
  return [{ words, description, options: renderOptions(await resolved(command.args ?? {})) }];
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
  const commands = await listCommands(createCommands(fakeTerminal()), "tollgate");
  expect(readTable(document, "| command | what it does |")).toEqual(
    commands.map(({ words, description }) => [`\`${words}\``, description]),
  );
  expect(readTable(document, "| command | options |")).toEqual(
    commands.map(({ words, options }) => [`\`${words}\``, options]),
  );
});

test("every example begins with the command that it is for, and every command has one", async () => {
  for (const [words, examples] of EXAMPLES) {
    for (const example of examples) expect(example).toStartWith(words);
  }
  for (const { words } of await listCommands(createCommands(fakeTerminal()), "tollgate")) {
    expect(EXAMPLES.get(words) ?? []).not.toEqual([]);
  }
});
