import { defineCommand } from "citty";
import { settingsSchema } from "../config/schema.ts";
import type { SettingSchema } from "../config/shapes.ts";
import type { Terminal } from "./terminal.ts";

/** For editors: `# yaml-language-server: $schema=tollgate.schema.json` in the first line of a gateway.yaml. */
export function schemaCommand(terminal: Terminal) {
  return defineCommand({
    meta: { name: "schema", description: "Print the JSON Schema of gateway.yaml, for editors" },
    run() {
      terminal.print(JSON.stringify(describeSettings(), null, 2));
    },
  });
}

/** The settings' own schema, in which every single value may also be written as a `${REFERENCE}`. Pure. */
export function describeSettings(): object {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Tollgate's gateway.yaml",
    $defs: { reference: { type: "string", pattern: "^\\$\\{[^}]+\\}$" } },
    ...allowReferences(settingsSchema),
  };
}

function allowReferences(schema: SettingSchema): object {
  if ("propertyNames" in schema) {
    const { properties, additionalProperties } = schema;
    return {
      ...schema,
      additionalProperties: allowReferences(additionalProperties),
      ...(properties ? { properties: { "*": allowReferences(properties["*"]) } } : {}),
    };
  }
  if ("properties" in schema) {
    const properties = Object.entries(schema.properties).map(([key, part]) => [key, allowReferences(part)]);
    // A section that is written down and left empty is null in YAML.
    return { ...schema, type: ["object", "null"], properties: Object.fromEntries(properties) };
  }
  if ("items" in schema) return { ...schema, items: allowReferences(schema.items) };
  if ("anyOf" in schema) return { ...schema, anyOf: schema.anyOf.map(allowReferences) };
  const isText = schema.enum === undefined && [schema.type].flat().includes("string");
  if (isText) return schema;
  const { description, default: preset, ...rest } = schema;
  return { description, default: preset, anyOf: [rest, { $ref: "#/$defs/reference" }] };
}
