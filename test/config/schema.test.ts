import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { defaultOf } from "../../server/config/reader.ts";
import { settingsSchema } from "../../server/config/schema.ts";
import type { SettingSchema } from "../../server/config/shapes.ts";

interface Row {
  readonly path: string;
  readonly preset: string;
  readonly meaning: string;
}

/** One row per setting; `<name>` stands for what the user names, `[]` for each of a list. */
function listSettings(schema: SettingSchema, path = ""): Row[] {
  const row = { path, preset: renderDefault(schema), meaning: schema.description ?? "" };
  if ("propertyNames" in schema) {
    const entry = schema.properties?.["*"] ?? schema.additionalProperties;
    return [row, ...listSettings(entry, `${path}.<name>`)];
  }
  if ("properties" in schema) {
    const below = (key: string) => (path === "" ? key : `${path}.${key}`);
    const parts = Object.entries(schema.properties).flatMap(([key, part]) => listSettings(part, below(key)));
    return schema.default === null ? [row, ...parts] : parts;
  }
  if ("anyOf" in schema) return [row, ...schema.anyOf.flatMap((one) => listMembers(one, path))];
  return "items" in schema ? [row, ...listMembers(schema.items, `${path}[]`)] : [row];
}

/** What stands beneath a path that has its own row already. */
function listMembers(schema: SettingSchema, path: string): Row[] {
  return "properties" in schema ? listSettings(schema, path) : [];
}

function renderDefault(schema: SettingSchema): string {
  if (schema.default === undefined) return "required";
  if (schema.default === null || typeof schema.default === "object") return "";
  return `\`${schema.default}\``;
}

const DOCUMENT = readFileSync(join(import.meta.dir, "../../docs/configuration.md"), "utf8");

test("docs/configuration.md lists every setting with its default and meaning, and no other", () => {
  const documented = DOCUMENT.split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) => line.split("|").map((cell) => cell.trim()))
    .map(
      ([, path = "", preset = "", meaning = ""]): Row => ({
        path: path.replaceAll("`", ""),
        preset,
        meaning,
      }),
    );
  expect(documented).toEqual(listSettings(settingsSchema));
});

test("every default fits its own schema", () => {
  expect(() => defaultOf(settingsSchema)).not.toThrow();
});

test("the schema is plain JSON, closed, and asks only for what has no default", () => {
  const schema = JSON.parse(JSON.stringify(settingsSchema));
  expect(schema).toMatchObject({ type: "object", additionalProperties: false, required: [] });
  expect(schema.properties.gateway.properties.port).toEqual({
    type: "integer",
    minimum: 0,
    maximum: 65_535,
    default: 8080,
    description: "Where agents connect; 0 takes a free port.",
  });
  const price = schema.properties.pricing.properties.models.additionalProperties;
  expect(price.required).toEqual(["input", "output"]);
  expect(schema.properties.policies.items.required).toEqual(["name", "condition", "action"]);
});

test("in the schema an agent may leave to the template whatever the template has a default for", () => {
  const { properties, additionalProperties } = JSON.parse(JSON.stringify(settingsSchema.properties.agents));
  const threshold = (agent: typeof additionalProperties) =>
    agent.properties.circuit_breaker.properties.error_threshold;
  expect(threshold(properties["*"])).toMatchObject({ type: "integer", default: 5 });
  expect(threshold(additionalProperties)).toMatchObject({ type: ["integer", "null"], default: null });
});
