/** Reads a change of settings, in the shape of the file, as edits. What its values may be is judged by the reader alone. Pure. */
import { isSecretLeaf } from "./leaf-reader.ts";
import { isNamedList, startsWith } from "./named-lists.ts";
import { renderPath } from "./problem.ts";
import type { Edit, Path } from "./run-time.ts";
import { settingsSchema } from "./schema.ts";
import type { NamedSchema, SectionSchema, SettingSchema } from "./shapes.ts";

/** What people may decide while the gateway runs. Everything else belongs to the machine and is the file's alone. */
const SETTABLE: readonly Path[] = [
  ["agents"], ["providers"], ["policies"], ["owners"], ["loops"], ["trust"], ["translation"],
  ["gateway", "budget"], ["gateway", "blocked_response"], ["gateway", "retries"], ["alerts"],
]; // biome-ignore format: a list

/**
 * The edits that `given`, which stands at this path, asks for: null clears, mappings are gone into, everything else is set
 * whole. Keys that are no settings are set as well, so that the reader tells them.
 */
export function readEdits(at: Path, given: unknown): Edit[] {
  const whole = at.reduceRight<unknown>((below, key) => ({ [key]: below }), given);
  return [...walk(whole, settingsSchema, [], false)];
}

/** The paths among these edits that cannot be set at run time, as people write them. */
export function findFixed(edits: readonly Edit[]): string[] {
  return edits
    .filter(({ kind, path }) => kind === "set" && isKnown(path) && !isSettable(path))
    .map(({ path }) => renderPath(path));
}

/** Whether what stands at this path is a secret, or has one in it. */
export function holdsSecret(path: Path): boolean {
  const schema = schemaAt(path);
  return schema !== null && hasSecret(schema);
}

function* walk(given: unknown, schema: SettingSchema | null, path: Path, isEntry: boolean): Generator<Edit> {
  if (isNamedList(path)) yield* walkEntries(given, path);
  else if (schema === null) yield { kind: "set", path, value: given };
  else if (given === null) yield { kind: "clear", path };
  else if (isMapping(schema) && isObject(given)) {
    const entries = Object.entries(given);
    // An agent that says nothing of itself is still named.
    if (isEntry && entries.length === 0) yield { kind: "set", path, value: {} };
    for (const [key, part] of entries) {
      yield* walk(part, partOf(schema, key), [...path, key], "propertyNames" in schema);
    }
  } else yield { kind: "set", path, value: given };
}

/** At run time each entry stands under its name; `false` removes the file's. The list as a whole is the file's alone. */
function* walkEntries(given: unknown, path: Path): Generator<Edit> {
  if (given === null) yield { kind: "clear", path };
  else if (!isObject(given)) yield { kind: "set", path, value: given };
  else {
    for (const [name, entry] of Object.entries(given)) {
      const at = [...path, name];
      if (entry === null) yield { kind: "clear", path: at };
      else yield { kind: "set", path: at, value: isObject(entry) ? { ...entry, name } : entry };
    }
  }
}

/** What is merged key by key. A section that may be absent as a whole, such as hours, is replaced as a whole. */
export function isMapping(schema: SettingSchema): schema is NamedSchema | SectionSchema {
  return "propertyNames" in schema || ("properties" in schema && schema.default !== null);
}

/** The schema of what stands under this key; null when nothing may. */
export function partOf(schema: NamedSchema | SectionSchema, key: string): SettingSchema | null {
  if ("propertyNames" in schema) {
    return (key === "*" && schema.properties?.["*"]) || schema.additionalProperties;
  }
  return Object.hasOwn(schema.properties, key) ? (schema.properties[key] ?? null) : null;
}

/** Whether what stands at this path is merged key by key. */
export function isMappingAt(path: Path): boolean {
  const schema = schemaAt(path);
  return schema !== null && isMapping(schema);
}

function schemaAt(path: Path): SettingSchema | null {
  return path.reduce<SettingSchema | null>((schema, key) => {
    if (schema === null) return null;
    if (isMapping(schema)) return partOf(schema, key);
    return "items" in schema ? schema.items : null;
  }, settingsSchema);
}

function hasSecret(schema: SettingSchema): boolean {
  if ("propertyNames" in schema) return hasSecret(schema.additionalProperties);
  if ("properties" in schema) return Object.values(schema.properties).some(hasSecret);
  if ("items" in schema) return hasSecret(schema.items);
  return "anyOf" in schema ? schema.anyOf.some(hasSecret) : isSecretLeaf(schema);
}

function isKnown(path: Path): boolean {
  return schemaAt(path) !== null;
}

function isSettable(path: Path): boolean {
  return !isNamedList(path) && SETTABLE.some((above) => startsWith(path, above));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
