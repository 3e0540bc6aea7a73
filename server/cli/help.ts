/** What `--help` shows. Pure. */
import type { ArgDef, ArgsDef } from "citty";
import { OPTIONAL_HINT, PROGRAM, WORDS_HINT } from "./options.ts";
import type { Style } from "./style.ts";
import { wrap } from "./wrap.ts";

export interface HelpTopic {
  /** `tollgate audit verify`. */
  readonly words: string;
  readonly description: string;
  readonly args: ArgsDef;
  /** The commands below this one, with what they do. */
  readonly commands: readonly (readonly [name: string, description: string])[];
  readonly examples: readonly string[];
}

/** Meanings are broken within so many columns; examples stand as they are, to be copied. */
export function renderHelp(
  { words, description, args, commands, examples }: HelpTopic,
  columns: number,
  style: Style,
): string[] {
  const alignPairs = (pairs: readonly Pair[]): string[] => align(pairs, columns);
  const [positionals, others] = split(Object.entries(args));
  const named = positionals.map(([name, arg]) => [renderWord(name, arg), renderMeaning(arg)] as const);
  const options = others.map(([name, arg]) => [renderOption(name, arg), renderMeaning(arg)] as const);
  const takesProgram = positionals.some(([, { valueHint }]) => valueHint === PROGRAM.valueHint);
  const own = options.length > 0 ? "[options]" : null;
  const usage = [
    words,
    commands.length > 0 ? "<command>" : null,
    // Behind the program an option would be the program's.
    ...(takesProgram ? [own] : []),
    ...named.map(([word]) => word),
    ...(takesProgram ? [] : [own]),
  ];
  const lines = [
    `${description}.`,
    "",
    `${style.bold("Usage:")} ${usage.filter((part) => part !== null).join(" ")}`,
  ];
  if (commands.length > 0) lines.push("", style.bold("Commands:"), ...alignPairs(commands));
  if (named.length > 0) lines.push("", style.bold("Words:"), ...alignPairs(named));
  if (options.length > 0) lines.push("", style.bold("Options:"), ...alignPairs(options));
  if (examples.length > 0)
    lines.push("", style.bold("Examples:"), ...examples.map((example) => `  ${example}`));
  if (commands.length > 0)
    lines.push("", `\`${words} <command> --help\` shows a command's options and examples.`);
  return lines;
}

type Argument = readonly [name: string, arg: ArgDef];

/** What is known by its place, and what is known by its name. */
function split(args: readonly Argument[]): readonly [Argument[], Argument[]] {
  const isPositional = ([, { type }]: Argument) => type === "positional";
  return [args.filter(isPositional), args.filter((one) => !isPositional(one))];
}

/** An ellipsis where more words may follow, brackets where none has to stand. */
function renderWord(name: string, { valueHint }: ArgDef): string {
  if (valueHint === OPTIONAL_HINT) return `[${name}]`;
  return valueHint === PROGRAM.valueHint || valueHint === WORDS_HINT ? `<${name}> …` : `<${name}>`;
}

function renderOption(name: string, arg: ArgDef): string {
  const isOnByDefault = arg.type === "boolean" && arg.default === true;
  const short = "alias" in arg && typeof arg.alias === "string" ? `-${arg.alias}, ` : "    ";
  const value = arg.type === "string" ? ` ${arg.valueHint ?? "VALUE"}` : "";
  return `${short}--${isOnByDefault ? "no-" : ""}${name}${value}`;
}

function renderMeaning(arg: ArgDef): string {
  if (arg.type === "boolean" && arg.default === true) return arg.negativeDescription ?? arg.description ?? "";
  const preset = typeof arg.default === "string" ? ` (default ${arg.default})` : "";
  return `${arg.description ?? ""}${preset}`;
}

type Pair = readonly [left: string, right: string];

const GAP = "  ";

function align(pairs: readonly Pair[], columns: number): string[] {
  const width = Math.max(...pairs.map(([left]) => left.length));
  const room = columns - width - 2 * GAP.length;
  return pairs.flatMap(([left, right]) =>
    wrap(right, room).map((line, at) =>
      `${GAP}${(at === 0 ? left : "").padEnd(width)}${GAP}${line}`.trimEnd(),
    ),
  );
}
