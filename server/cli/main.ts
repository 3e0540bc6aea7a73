/** From the words on the command line to a command and an exit code. The only place that tells failures. */
import { type CommandDef, runCommand } from "citty";
import { CommandFailed, type Failure, failure, isFailure } from "./failure.ts";
import { sayWhy } from "./files.ts";
import { guess } from "./guess.ts";
import { renderHelp } from "./help.ts";
import { createCommands, EXAMPLES } from "./index.ts";
import { checkArguments } from "./options.ts";
import { styleFor } from "./style.ts";
import { EXIT, type ExitCode, type Terminal } from "./terminal.ts";

/**
 * Runs what the words ask for. A command that stays (`start`) has begun to when this resolves. It never rejects: what
 * nobody foresaw is told in a line, too.
 */
export async function runCli(argv: readonly string[], terminal: Terminal): Promise<ExitCode> {
  try {
    return await run(argv, terminal);
  } catch (error) {
    return tell(
      error instanceof CommandFailed ? error.failure : failure(`This failed unexpectedly: ${sayWhy(error)}`),
      terminal,
    );
  }
}

async function run(argv: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const words = argv[0] === "-v" || argv[0] === "--version" ? ["version"] : argv;
  const asksHelp = words.length === 0 || words[0] === "help";
  const selected = await select(createCommands(terminal), asksHelp ? words.slice(1) : words);
  if (isFailure(selected)) return tell(selected, terminal);
  const { command, rest, path } = selected;
  if (asksHelp || wantsHelp(rest)) {
    for (const line of renderHelp(await describe(command, path), styleFor(terminal))) terminal.print(line);
    return EXIT.ok;
  }
  if (command.subCommands) {
    const names = Object.keys(await resolved(command.subCommands)).join(", ");
    return tell(misuse(`\`${path}\` needs one of: ${names}.`, path), terminal);
  }
  const mistake = checkArguments(rest, await resolved(command.args ?? {}));
  if (mistake) return tell(misuse(mistake, path), terminal);
  await runCommand(command, { rawArgs: [...rest] });
  return EXIT.ok;
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
  return selected;
}

function wantsHelp(words: readonly string[]): boolean {
  const end = words.indexOf("--");
  const options = end < 0 ? words : words.slice(0, end);
  return options.includes("--help") || options.includes("-h");
}

async function describe(command: CommandDef, path: string) {
  const commands = await Promise.all(
    Object.entries(await resolved(command.subCommands ?? {})).map(async ([name, sub]) => {
      const meta = await resolved((await resolved(sub)).meta ?? {});
      return [name, meta.description ?? ""] as const;
    }),
  );
  const { description = "" } = await resolved(command.meta ?? {});
  const args = await resolved(command.args ?? {});
  return { words: path, description, args, commands, examples: EXAMPLES.get(path) ?? [] };
}

/** citty lets every part be a value, a promise or a function of either. */
function resolved<Value extends object>(part: Value | Promise<Value> | (() => Value | Promise<Value>)) {
  return typeof part === "function" ? part() : part;
}

function misuse(message: string, path: string): Failure {
  return failure(message, `\`${path} --help\` shows what is possible.`, EXIT.usage);
}

function tell({ message, hint, code }: Failure, terminal: Terminal): ExitCode {
  const { bad } = styleFor({ isPerson: terminal.isPerson, env: terminal.env });
  terminal.complain(`${bad("tollgate:")} ${message}`);
  if (hint !== null) terminal.complain(hint);
  return code;
}
