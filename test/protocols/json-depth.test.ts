import { expect, test } from "bun:test";
import fc from "fast-check";
import { parseJson } from "../../server/protocols/json.ts";
import { goesTooDeep } from "../../server/protocols/json-depth.ts";
import { openDataPlane } from "../support/data-plane.ts";

const nest = (depth: number, filler = ""): string =>
  `{"a":${"[".repeat(depth)}${"]".repeat(depth)}${filler}}`;
const LONG = `,"b":"${"x".repeat(70_000)}"`;

test("a long text of more than a thousand levels is too deep, and is not parsed", () => {
  expect(goesTooDeep(nest(999, LONG))).toBe(false);
  expect(goesTooDeep(nest(1_000, LONG))).toBe(true);
  expect(parseJson(nest(1_000, LONG))).toBeUndefined();
  expect(goesTooDeep(nest(200_000))).toBe(true);
});

test("brackets in strings count for nothing, whatever is escaped there", () => {
  const text = `${"[".repeat(70_000)}\\"{`;
  expect(goesTooDeep(JSON.stringify({ a: text, b: "\\", c: `\\\\"${text}` }))).toBe(false);
});

test("what is parsed is what JSON.parse gives, however long", () => {
  fc.assert(
    fc.property(fc.json(), fc.nat(3), (json, more) => {
      const text = `[${json}${`,"${"[{".repeat(20_000)}"`.repeat(more)}]`;
      expect(parseJson(text)).toEqual(JSON.parse(text));
    }),
    { numRuns: 200 },
  );
});

test("a string that does not end is no reason to look on", () => {
  expect(goesTooDeep(`"${"[".repeat(100_000)}`)).toBe(false);
  expect(goesTooDeep(`"${"\\".repeat(100_000)}`)).toBe(false);
});

test("a call of nothing but brackets is refused as no JSON, and goes nowhere", async () => {
  using plane = openDataPlane({ upstream: () => Response.json({}) });
  const answer = await plane.send("/agents/a/openai", { method: "POST", body: nest(4_000_000) });
  expect([answer.status, answer.headers.get("x-tollgate-blocked")]).toEqual([400, "invalid_json"]);
  expect(plane.sent).toHaveLength(0);
});
