/** Settings as they are typed on a command line: `budget.max_cost_per_day=40`. Pure. */
import { parse } from "yaml";
import { sayWhy } from "./files.ts";

export interface Assignment {
  readonly path: readonly string[];
  /** In the form of the file; null clears. */
  readonly value: unknown;
  /** The value was given as `-`: standard input has it. */
  readonly isPiped: boolean;
}

/** One `path=value`, the value read as YAML; or what is wrong with it, as a sentence. */
export function parseAssignment(word: string): Assignment | string {
  // Up to the first `=` outside of quotes: names of models may hold one.
  const [, name = "", text = ""] = /^((?:"[^"]*"|[^"=])*)=(.*)$/s.exec(word) ?? [];
  const path = parsePath(name);
  if (path === null) return `${JSON.stringify(word)} sets nothing; expected such as owner=team-ml.`;
  if (text.trim() === "") return `${name} has no value; \`agents unset\` clears a setting.`;
  if (text === "-") return { path, value: null, isPiped: true };
  try {
    const value: unknown = parse(text, { prettyErrors: false });
    return { path, value, isPiped: false };
  } catch (error) {
    return `The value of ${name} is no YAML: ${sayWhy(error)}.`;
  }
}

/** The keys of `overrides.openai."gpt-4.1"`; null when it is no path. */
export function parsePath(text: string): readonly string[] | null {
  const isPath = /^(?:"[^"]+"|[^".]+)(?:\.(?:"[^"]+"|[^".]+))*$/.test(text);
  if (!isPath) return null;
  return [...text.matchAll(/"([^"]+)"|[^".]+/g)].map(([bare, quoted]) => quoted ?? bare);
}

/** All of them in one tree, as the file would have it; the later wins. */
export function buildTree(
  assignments: readonly Pick<Assignment, "path" | "value">[],
): Readonly<Record<string, unknown>> {
  const tree = assignments.reduce<unknown>((below, { path, value }) => place(below, path, value), {});
  return isMapping(tree) ? tree : {};
}

function place(below: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value;
  const members = isMapping(below) ? below : {};
  return { ...members, [key]: place(members[key], rest, value) };
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
