/**
 * Schemas to which OpenAI can bind an answer (`strict`): a part of JSON Schema, and it refuses the others.
 * https://platform.openai.com/docs/guides/structured-outputs#supported-schemas
 */
import { type Json, listOf, objectOf } from "../json.ts";
import type { Format } from "./form.ts";

const KEYWORDS: ReadonlySet<string> = new Set([
  ...["$schema", "$defs", "definitions", "$ref", "title", "description"],
  ...["type", "enum", "const", "anyOf", "properties", "required", "additionalProperties", "items"],
  ...["pattern", "format", "minItems", "maxItems"],
  ...["multipleOf", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"],
]);
const TYPES: ReadonlySet<unknown> = new Set([
  ...["string", "number", "integer", "boolean", "null", "object", "array"],
]);
const FORMATS: ReadonlySet<unknown> = new Set([
  ...["date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"],
]);

/** Objects in objects, properties and enum values in all, and characters of names and values. */
const DEEPEST = 10;
const MOST_PROPERTIES = 5_000;
const MOST_VALUES = 1_000;
const MOST_CHARACTERS = 120_000;
/** The characters of a single enum of more than so many values. */
const MANY_VALUES = 250;
const MOST_OF_MANY = 15_000;

/**
 * `strict` for OpenAI: what the client said, or null for nothing. Where the client's own format binds to every schema, true
 * for those to which OpenAI can be bound; of the others it is asked without, rather than not at all.
 */
export function tellStrict({ strict, schema }: Extract<Format, { kind: "schema" }>): boolean | null {
  if (strict !== "always") return strict;
  return canBind(schema) ? true : null;
}

interface Tally {
  properties: number;
  values: number;
  characters: number;
}

function canBind(root: Json): boolean {
  const tally: Tally = { properties: 0, values: 0, characters: 0 };
  return (
    root.type === "object" &&
    root.anyOf === undefined &&
    isTaken(root, 1, tally) &&
    tally.properties <= MOST_PROPERTIES &&
    tally.values <= MOST_VALUES &&
    tally.characters <= MOST_CHARACTERS
  );
}

/** `depth` counts the objects that it stands in, itself included. Of a schema that is not nested too deep. */
function isTaken(value: unknown, depth: number, tally: Tally): boolean {
  const schema = objectOf(value);
  if (!schema || !Object.keys(schema).every((name) => KEYWORDS.has(name))) return false;
  if (typeof schema.$ref === "string") return Object.keys(schema).length === 1;
  const types = typeof schema.type === "string" ? [schema.type] : listOf(schema.type);
  const options = listOf(schema.anyOf);
  return (
    types.length + options.length > 0 &&
    types.every((type) => TYPES.has(type)) &&
    (schema.format === undefined || FORMATS.has(schema.format)) &&
    areValuesTaken(schema, tally) &&
    options.every((option) => isTaken(option, depth, tally)) &&
    areNamedTaken(schema.$defs, depth, tally) &&
    areNamedTaken(schema.definitions, depth, tally) &&
    (!types.includes("array") || isTaken(schema.items, depth, tally)) &&
    (!types.includes("object") || isObjectTaken(schema, depth, tally))
  );
}

/** Every property is demanded, and there are no others. */
function isObjectTaken(schema: Json, depth: number, tally: Tally): boolean {
  const properties = objectOf(schema.properties);
  if (!properties || !Array.isArray(schema.required)) return false;
  const names = Object.keys(properties);
  const required = new Set(schema.required);
  tally.properties += names.length;
  return (
    depth <= DEEPEST &&
    schema.additionalProperties === false &&
    required.size === names.length &&
    names.every((name) => required.has(name)) &&
    areNamedTaken(properties, depth + 1, tally)
  );
}

function areNamedTaken(schemas: unknown, depth: number, tally: Tally): boolean {
  return Object.entries(objectOf(schemas) ?? {}).every(([name, schema]) => {
    tally.characters += name.length;
    return isTaken(schema, depth, tally);
  });
}

function areValuesTaken(schema: Json, tally: Tally): boolean {
  const values = listOf(schema.enum);
  const characters = charactersOf([...values, schema.const]);
  tally.values += values.length;
  tally.characters += characters;
  return values.length <= MANY_VALUES || characters <= MOST_OF_MANY;
}

function charactersOf(values: readonly unknown[]): number {
  return values.reduce<number>((sum, value) => sum + (typeof value === "string" ? value.length : 0), 0);
}
