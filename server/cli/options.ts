/** Finds what citty lets pass: options that do not exist, lack their value or stand twice, words too many. Pure. */
import { parseArgs as tokenize } from "node:util";
import { type ArgDef, type ArgsDef, parseArgs } from "citty";
import { guess } from "./guess.ts";

/** A command's last word, which is another program; everything after it is that program's. */
export const PROGRAM = {
  type: "positional",
  required: false,
  valueHint: "PROGRAM",
  description: "The program to start, with its own words and options",
} as const satisfies ArgDef;

/** A word that may be left out; what then holds, its description says. */
export const OPTIONAL_HINT = "OPTIONAL";

/** Any number of words in the place of one: `args._` has them all. */
export const WORDS_HINT = "WORDS";

/** Sets `--` before the program, so that its options are not taken for the command's. Changes nothing elsewhere. */
export function markProgram(rawArgs: readonly string[], definition: ArgsDef): readonly string[] {
  if (!takes(definition, PROGRAM.valueHint)) return rawArgs;
  const valued = new Set(
    Object.entries(definition).flatMap(([name, arg]) =>
      arg.type === "string" ? spellings(name, arg).map(dashed) : [],
    ),
  );
  const start = rawArgs.findIndex((word, at) => {
    const isValue = at > 0 && valued.has(rawArgs[at - 1] ?? "");
    return word === "--" || (!word.startsWith("-") && !isValue);
  });
  if (start < 0 || rawArgs[start] === "--") return rawArgs;
  return [...rawArgs.slice(0, start), "--", ...rawArgs.slice(start)];
}

function takes(definition: ArgsDef, hint: string): boolean {
  return Object.values(definition).some(({ type, valueHint }) => type === "positional" && valueHint === hint);
}

/** The first thing that makes no sense in a command's arguments, as a sentence; null when all do. */
export function checkArguments(rawArgs: readonly string[], definition: ArgsDef): string | null {
  const known = new Map(
    Object.entries(definition).flatMap(([name, arg]) => spellings(name, arg).map((s) => [s, arg])),
  );
  const parsed = parseArgs([...rawArgs], definition);
  for (const [name, value] of Object.entries(parsed)) {
    if (name === "_") continue;
    const arg = known.get(name);
    if (!arg) return `There is no option ${dashed(name)}${suggest(name, Object.keys(definition))}`;
    // The next option is taken for the value of one that has none.
    if (arg.type === "string" && /^(?:--|$)/.test(String(value)))
      return `The option ${dashed(name)} needs a value.`;
  }
  const repeated = findRepeated(rawArgs, definition);
  if (repeated) return `The option ${dashed(repeated)} stands twice.`;
  if (takes(definition, PROGRAM.valueHint) || takes(definition, WORDS_HINT)) return null;
  const words = Object.values(definition).filter(({ type }) => type === "positional").length;
  const extra = parsed._[words];
  return extra === undefined ? null : `The word ${JSON.stringify(extra)} has no meaning here.`;
}

/** The name of an option that is given more than once, in whatever spelling. */
function findRepeated(rawArgs: readonly string[], definition: ArgsDef): string | null {
  const names = new Map(
    Object.entries(definition).flatMap(([name, arg]) => spellings(name, arg).map((s) => [s, name])),
  );
  const options = Object.fromEntries(
    [...names].map(([spelling, name]) => {
      const type: "string" | "boolean" = definition[name]?.type === "boolean" ? "boolean" : "string";
      // A letter counts as an option after one dash only when it is declared as a short form.
      return [spelling, spelling.length === 1 ? { type, short: spelling } : { type }];
    }),
  );
  const { tokens } = tokenize({ args: [...rawArgs], options, strict: false, tokens: true });
  const seen = new Set<string>();
  for (const token of tokens) {
    if (token.kind !== "option") continue;
    const name = names.get(token.name) ?? names.get(token.name.replace(/^no-/, ""));
    if (name !== undefined && seen.has(name)) return name;
    if (name !== undefined) seen.add(name);
  }
  return null;
}

function spellings(name: string, { alias = [] }: ArgsDef[string] & { alias?: string | string[] }): string[] {
  const camel = name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return [name, camel, ...[alias].flat()];
}

function suggest(name: string, known: readonly string[]): string {
  const near = name.length > 1 ? guess(name, known) : null;
  return near ? `; did you mean ${dashed(near)}?` : ".";
}

function dashed(name: string): string {
  return name.length === 1 ? `-${name}` : `--${name}`;
}
