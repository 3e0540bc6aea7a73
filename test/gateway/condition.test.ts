import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { checkCondition, compileCondition } from "../../server/gateway/condition.ts";
import { POLICY_FIELDS } from "../../server/gateway/policy-fields.ts";
import { FACTS } from "./policy-support.ts";

function holds(text: string, facts = {}): boolean {
  const compiled = compileCondition(text);
  if (!("holds" in compiled)) throw new Error(compiled.message);
  return compiled.holds({ ...FACTS, ...facts });
}

test("docs/policies.md lists every field with its type and meaning, and no other", () => {
  const document = readFileSync(join(import.meta.dir, "../../docs/policies.md"), "utf8");
  const documented = document
    .split("\n")
    .map((line) => /^\| `(\w+)` \| (double|string|list<string>) \| (.+) \|$/.exec(line))
    .filter((match) => match !== null)
    .map(([, name, type, meaning]) => [name, { type, meaning }]);
  expect(Object.fromEntries(documented)).toEqual(POLICY_FIELDS);
});

describe("a condition", () => {
  test.each(["50", "50.0", "5e1", "0x32"])("takes %s for fifty wherever it stands", (fifty) => {
    const facts = { calls_this_hour: 50 };
    for (const text of [
      `calls_this_hour == ${fifty}`,
      `!(calls_this_hour != ${fifty})`,
      `calls_this_hour >= ${fifty} && calls_this_hour <= ${fifty}`,
      `calls_this_hour in [1, ${fifty}]`,
      `calls_this_hour * 2 == ${fifty} + 50.0`,
      `calls_this_hour % 7 == 1`,
      `-calls_this_hour == -${fifty}`,
    ]) {
      expect(holds(text, facts), text).toBe(true);
    }
  });

  test("reads texts and tags", () => {
    const facts = { tags: ["prod", "eu"], model: "Claude-Opus-4", owner: "" };
    expect(holds("'eu' in tags && size(tags) == 2 && tags.size() != 3", facts)).toBe(true);
    expect(holds("model.lowerAscii().startsWith('claude') && model.contains('Opus')", facts)).toBe(true);
    expect(holds("tags.exists(tag, tag.endsWith('od')) && !tags.all(tag, tag == 'eu')", facts)).toBe(true);
    expect(holds("owner == '' ? hour < 24 : false", facts)).toBe(true);
  });

  test("knows which fields it reads, each once", () => {
    const compiled = compileCondition("error_rate > 0.5 && (error_rate < 1 || 'a' in tags)");
    expect(compiled).toMatchObject({ reads: ["error_rate", "tags"] });
  });

  test("can read every field", () => {
    for (const [name, { type }] of Object.entries(POLICY_FIELDS)) {
      const text =
        type === "double" ? `${name} >= 0` : type === "string" ? `${name} != 'x'` : `size(${name}) > 9`;
      expect(checkCondition(text), text).toBeNull();
    }
  });
});

describe("a condition is refused", () => {
  const REFUSED: readonly (readonly [string, number, number, RegExp])[] = [
    ["cost > 5", 1, 1, /no field "cost"; fields: error_rate,/],
    ["error_rate > 0.5 &&\n  error_rat > 1", 2, 3, /no field "error_rat"/],
    ["constructor == 1", 1, 1, /no field "constructor"/],
    ["error_rate > 'high'", 1, 1, /types do not fit: double > string/],
    ["status > 3", 1, 1, /types do not fit: string > double/],
    ["'a' in status", 1, 1, /types do not fit/],
    ["owner", 1, 1, /gives a string, and a condition is true or false/],
    ["1 + 1", 1, 1, /gives a double/],
    ["error_rate >", 1, 13, /ends too early/],
    ["error_rate >> 1", 1, 13, /Unexpected token/],
    ["hour > 1 && model.matches('(a+)+$')", 1, 13, /matches\(\) is not offered/],
    ["size(model.split('')) > 3", 1, 6, /split\(\) is not offered/],
    ["tags[0] == 'x'", 1, 1, /operator \[\] is not offered/],
    ["dyn(hour) == 'x'", 1, 1, /dyn\(\) is not offered/],
    ["timestamp('2026-01-01T00:00:00Z') == 1", 1, 1, /timestamp\(\) is not offered/],
    ["tags.exists(a, tags.exists(b, a == b))", 1, 16, /within another loop/],
    ["hour > 5u", 1, 8, /only numbers, texts/],
    ["", 1, 1, /ends too early/],
  ];
  test.each(REFUSED)("%p at line %p, column %p", (text, line, column, message) => {
    const fault = checkCondition(text);
    expect(fault).toMatchObject({ line, column });
    expect(fault?.message).toMatch(message);
  });

  test("when it is too long, too deep or too large", () => {
    for (const text of [
      `hour == 1${" ".repeat(1000)}`,
      "(".repeat(500),
      `${"!".repeat(500)}true`,
      Array(100).fill("hour > 1").join(" && "),
      `hour in [${"1,".repeat(100)}1]`,
    ]) {
      expect(checkCondition(text), text).not.toBeNull();
    }
  });
});

test("any text is a condition that answers, or a fault within the text", () => {
  const words = [
    ..."()[]!,.?:'",
    " ",
    "&&",
    "||",
    "==",
    "<",
    "in",
    "1",
    "2.5",
    "hour",
    "tags",
    "model",
    "size",
    "exists",
    "x",
  ];
  const texts = fc.oneof(fc.string({ unit: fc.constantFrom(...words), maxLength: 15 }), fc.string());
  fc.assert(
    fc.property(texts, (text) => {
      const compiled = compileCondition(text);
      if ("holds" in compiled) return typeof compiled.holds(FACTS) === "boolean";
      return compiled.line >= 1 && compiled.line <= text.split("\n").length && compiled.column >= 1;
    }),
    { numRuns: 3_000 },
  );
});
