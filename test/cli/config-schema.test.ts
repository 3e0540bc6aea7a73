// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are references of the configuration file.
import { expect, test } from "bun:test";
import { describeSettings } from "../../server/cli/config-schema.ts";
import { runCli } from "../../server/cli/main.ts";
import { settingsSchema } from "../../server/config/schema.ts";
import { fakeTerminal } from "./fake-terminal.ts";

/** What a value under this path may be, of a schema that was printed. */
function at(path: string): Record<string, unknown> {
  const whole = JSON.parse(JSON.stringify(describeSettings()));
  return path.split(".").reduce((schema, key) => schema.properties[key], whole);
}

test("tollgate config schema prints one JSON document that names every section", async () => {
  const terminal = fakeTerminal();
  expect(await runCli(["config", "schema"], terminal)).toBe(0);
  const schema = JSON.parse(terminal.printed.join("\n"));
  expect(schema.$schema).toBe("https://json-schema.org/draft/2020-12/schema");
  expect(Object.keys(schema.properties)).toEqual(Object.keys(settingsSchema.properties));
  expect(schema.additionalProperties).toBe(false);
});

test("the schema keeps kinds, bounds, defaults and meanings", () => {
  expect(at("gateway.port")).toEqual({
    description: "Where agents connect; 0 takes a free port.",
    default: 8080,
    anyOf: [{ type: "integer", minimum: 0, maximum: 65_535 }, { $ref: "#/$defs/reference" }],
  });
  expect(at("gateway.data_dir")).toMatchObject({ type: "string", default: "~/.tollgate" });
  expect(at("identity.mode")).toMatchObject({ anyOf: [{ enum: ["open", "known", "keys"] }, {}] });
});

test("a single value may also be a reference to a variable, a section may be empty, and nothing else", () => {
  const { $defs } = JSON.parse(JSON.stringify(describeSettings()));
  const pattern = new RegExp($defs.reference.pattern);
  for (const reference of ["${PORT}", "${PORT:-8080}"]) expect(reference).toMatch(pattern);
  for (const text of ["8080", "x${PORT}", "${PORT}x", "${}"]) expect(text).not.toMatch(pattern);
  expect(at("gateway").type).toEqual(["object", "null"]);
});
