/** Finds what citty lets pass: options that do not exist, options without their value, words too many. Pure. */
import { type ArgsDef, parseArgs } from "citty";
import { nearest } from "../config/nearest.ts";

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
  const words = Object.values(definition).filter(({ type }) => type === "positional").length;
  const extra = parsed._[words];
  return extra === undefined ? null : `The word ${JSON.stringify(extra)} has no meaning here.`;
}

function spellings(name: string, { alias = [] }: ArgsDef[string] & { alias?: string | string[] }): string[] {
  const camel = name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return [name, camel, ...[alias].flat()];
}

function suggest(name: string, known: readonly string[]): string {
  const near = name.length > 1 ? nearest(name, known) : null;
  return near ? `; did you mean ${dashed(near)}?` : ".";
}

function dashed(name: string): string {
  return name.length === 1 ? `-${name}` : `--${name}`;
}
