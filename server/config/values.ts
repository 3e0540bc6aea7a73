/** Every value in force, in the form of the file, and where it comes from (SPEC 2.2). Pure. */
import type { Settings } from "../core/settings.ts";
import { isMapping, partOf } from "./edits.ts";
import { isNamedList, namedListAbove } from "./named-lists.ts";
import { renderPath } from "./problem.ts";
import { type Path, RUN_TIME } from "./run-time.ts";
import { settingsSchema } from "./schema.ts";
import type { SettingSchema } from "./shapes.ts";
import { findNode, membersByKey, type Tree } from "./tree.ts";
import { writeValue } from "./writer.ts";

/** `file` is also what an option or an environment variable said at the start. */
export type ValueSource = "default" | "file" | "runtime";

export interface SettingValue {
  readonly path: Path;
  /** The part of the path beneath what was asked for, as people write it. */
  readonly name: string;
  /** As the file would have it; secrets are masked. */
  readonly value: unknown;
  readonly source: ValueSource;
}

/**
 * The values beneath this path, or the one that stands there. Policies and alerts stand under their names. What an agent leaves to
 * the template is not listed among its own.
 */
export function listValues(settings: Settings, tree: Tree, at: Path): SettingValue[] {
  const found = namedListAbove(at) ?? at;
  const schema = found.reduce<SettingSchema | null>(
    (above, key) => (above !== null && isMapping(above) ? partOf(above, key) : null),
    settingsSchema,
  );
  const value = found.reduce<unknown>(valueUnder, settings);
  if (schema === null || value === undefined) return [];
  const isOwn = at[0] === "agents" && at.length > 1 && at[1] !== "*";
  return [...walk(value, schema, findNode(tree, found), found, isOwn)]
    .filter(({ path }) => at.every((key, index) => path[index] === key))
    .map((found) => ({ ...found, name: renderPath(found.path.slice(at.length)) }));
}

type Found = Omit<SettingValue, "name">;

function* walk(
  value: unknown,
  schema: SettingSchema,
  node: Tree | null,
  path: Path,
  isOwn: boolean,
): Generator<Found> {
  if (isNamedList(path)) {
    yield* walkEntries(value, schema, node, path);
  } else if (isMapping(schema) && typeof value === "object" && value !== null) {
    const nodes = node?.kind === "map" ? membersByKey(node) : null;
    for (const [key, part] of Object.entries(value)) {
      const below = partOf(schema, key);
      const isEntry = path.length === 1 && path[0] === "agents";
      if (below)
        yield* walk(part, below, nodes?.get(key) ?? null, [...path, key], isEntry ? key !== "*" : isOwn);
    }
  } else {
    const source = sourceOf(node);
    if (isOwn && source === "default") return;
    yield { path, value: writeValue(value, schema), source };
  }
}

function* walkEntries(
  value: unknown,
  schema: SettingSchema,
  node: Tree | null,
  path: Path,
): Generator<Found> {
  if (!Array.isArray(value) || !("items" in schema)) return;
  for (const [index, entry] of value.entries()) {
    const item = node?.kind === "list" ? (node.items[index] ?? null) : null;
    yield { path: [...path, entry.name], value: writeValue(entry, schema.items), source: sourceOf(item) };
  }
}

function sourceOf(node: Tree | null): ValueSource {
  if (node?.at === RUN_TIME) return "runtime";
  return node === null || (node.kind === "scalar" && node.value === null) ? "default" : "file";
}

function valueUnder(value: unknown, key: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
  return Reflect.get(value, key);
}
