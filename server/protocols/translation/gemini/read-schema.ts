/**
 * Google's own way of writing schemas, a part of OpenAPI 3.0, as JSON Schema: types in capitals, `nullable`, lengths in
 * quotes. https://ai.google.dev/api/caching#Schema
 */
import { type Json, objectOf } from "../../json.ts";
import type { Findings } from "../findings.ts";
import { type Members, readMembers, type Written } from "./members.ts";

const COUNTS = new Set(["minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties"]);

/** The schema as JSON Schema; a problem where it is none. Of a request that is not nested too deep. */
export function readSchema(written: Written, findings: Findings): Json {
  const members = readMembers(written, findings);
  if (!members) return {};
  const schema: Record<string, unknown> = {};
  for (const [name, one] of members.left) {
    const value = readKeyword(name, one, members);
    if (value !== undefined) schema[name] = value;
  }
  return isNullable(members) ? withNull(schema) : schema;
}

function readKeyword(name: string, written: Written, { findings }: Members): unknown {
  const { value, path } = written;
  if (name === "type") return typeof value === "string" ? readType(value) : value;
  if (COUNTS.has(name)) return typeof value === "string" ? Number(value) : value;
  if (name === "items" || name === "additionalProperties") {
    return objectOf(value) ? readSchema(written, findings) : value;
  }
  if (name === "anyOf" && Array.isArray(value)) {
    return value.map((one, at) => readSchema({ path: `${path}[${at}]`, value: one }, findings));
  }
  if (name === "properties") return readProperties(written, findings);
  // `nullable` becomes a type; the order of properties, and formats that only Google knows, are hints.
  if (name === "nullable" || name === "propertyOrdering" || name === "example") return undefined;
  return name === "format" && value === "enum" ? undefined : value;
}

function readProperties({ path, value }: Written, findings: Findings): unknown {
  const properties = objectOf(value);
  if (!properties) return value;
  // Names of properties are the client's own: they stay as they are written.
  return Object.fromEntries(
    Object.entries(properties).map(([name, one]) => [
      name,
      readSchema({ path: `${path}.${name}`, value: one }, findings),
    ]),
  );
}

function readType(type: string): string | undefined {
  return type === "TYPE_UNSPECIFIED" ? undefined : type.toLowerCase();
}

function isNullable({ left }: Members): boolean {
  return left.get("nullable")?.value === true;
}

function withNull(schema: Json): Json {
  const { type, enum: values } = schema;
  if (typeof type !== "string") return { anyOf: [schema, { type: "null" }] };
  return { ...schema, type: [type, "null"], ...(Array.isArray(values) ? { enum: [...values, null] } : {}) };
}
