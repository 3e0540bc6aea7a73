/** From the words on the command line to a command and an exit code. The only place that tells failures. */
import { type CommandDef, runCommand } from "citty";
import { EXAMPLES } from "./examples.ts";
import { CommandFailed, type Failure, failure, isFailure } from "./failure.ts";
import { sayWhy } from "./files.ts";
import { guess } from "./guess.ts";
import { renderHelp } from "./help.ts";
import { createCommands } from "./index.ts";
import { checkArguments, markProgram } from "./options.ts";
import { styleFor } from "./style.ts";
import { EXIT, type Terminal } from "./terminal.ts";
import { lastWord, readTree, resolved } from "./tree.ts";

/**
 * Runs what the words ask for and gives the exit code: one of EXIT, or that of the program that was run. A command that
 * stays (`start`) has begun to when this resolves. It never rejects: what nobody foresaw is told in a line, too.
 */
export async function runCli(argv: readonly string[], terminal: Terminal): Promise<number> {
  try {
    return await run(argv, terminal);
  } catch (error) {
    return tell(
      error instanceof CommandFailed ? error.failure : failure(`This failed unexpectedly: ${sayWhy(error)}`),
      terminal,
    );
  }
}

async function run(argv: readonly string[], terminal: Terminal): Promise<number> {
  const words = argv[0] === "-v" || argv[0] === "--version" ? ["version"] : argv;
  const asksHelp = words.length === 0 || words[0] === "help";
  const selected = await select(createCommands(terminal), asksHelp ? words.slice(1) : words);
  if (isFailure(selected)) return tell(selected, terminal);
  if (asksHelp || wantsHelp(selected.rest)) {
    for (const line of await describe(selected, terminal)) terminal.print(line);
    return EXIT.ok;
  }
  const { command, rest, path } = await preferList(selected);
  if (command.subCommands) {
    const names = Object.keys(await resolved(command.subCommands)).join(", ");
    return tell(misuse(`\`${path}\` needs one of: ${names}.`, path), terminal);
  }
  const mistake = checkArguments(rest, await resolved(command.args ?? {}));
  if (mistake) return tell(misuse(mistake, path), terminal);
  const { result } = await runCommand(command, { rawArgs: [...rest] });
  return typeof result === "number" ? result : EXIT.ok;
}

interface Selected {
  readonly command: CommandDef;
  /** Its words: `tollgate audit verify`. */
  readonly path: string;
  /** What follows them. */
  readonly rest: readonly string[];
}

async function select(root: CommandDef, words: readonly string[]): Promise<Selected | Failure> {
  let selected: Selected = { command: root, path: "tollgate", rest: words };
  while (selected.command.subCommands) {
    const { command, path, rest } = selected;
    const [word, ...others] = rest;
    if (word === undefined || word.startsWith("-")) break;
    const commands = new Map(Object.entries(await resolved(command.subCommands ?? {})));
    const next = commands.get(word);
    if (!next) {
      const near = guess(word, commands.keys());
      const hint = near ? `; did you mean \`${path} ${near}\`?` : ".";
      return misuse(`There is no command \`${path} ${word}\`${hint}`, path);
    }
    selected = { command: await resolved(next), path: `${path} ${word}`, rest: others };
  }
  const { command, path, rest } = selected;
  return { command, path, rest: markProgram(rest, await resolved(command.args ?? {})) };
}

/** A group that is named alone lists what it is about, if it can. */
async function preferList(selected: Selected): Promise<Selected> {
  const { list } = await resolved(selected.command.subCommands ?? {});
  return list ? { ...selected, command: await resolved(list), path: `${selected.path} list` } : selected;
}

function wantsHelp(words: readonly string[]): boolean {
  const end = words.indexOf("--");
  const options = end < 0 ? words : words.slice(0, end);
  return options.includes("--help") || options.includes("-h");
}

async function describe({ command, path }: Selected, terminal: Terminal): Promise<string[]> {
  const { description, args, below } = await readTree(command, path);
  const commands = below.map((node) => [lastWord(node), node.description] as const);
  const topic = { words: path, description, args, commands, examples: EXAMPLES.get(path) ?? [] };
  return renderHelp(topic, terminal.columns, styleFor(terminal));
}

function misuse(message: string, path: string): Failure {
  return failure(message, `\`${path} --help\` shows what is possible.`, EXIT.usage);
}

function tell({ message, hint, code }: Failure, terminal: Terminal): number {
  const { bad } = styleFor({ isPerson: terminal.isPerson, env: terminal.env });
  terminal.complain(`${bad("tollgate:")} ${message}`);
  if (hint !== null) terminal.complain(hint);
  return code;
}
