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

/** One row per setting; `<name>` stands for what the user names. */
function listSettings(schema: SettingSchema, path = ""): Row[] {
  const below = (name: string) => (path === "" ? name : `${path}.${name}`);
  if ("properties" in schema) {
    return Object.entries(schema.properties).flatMap(([key, part]) => listSettings(part, below(key)));
  }
  const preset = renderDefault(schema);
  const row = { path, preset, meaning: schema.description };
  return "propertyNames" in schema
    ? [row, ...listSettings(schema.additionalProperties, below("<name>"))]
    : [row];
}

function renderDefault(schema: Exclude<SettingSchema, { properties: unknown }>): string {
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
});
