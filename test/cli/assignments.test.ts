import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { buildTree, parseAssignment, parsePath } from "../../server/cli/assignments.ts";

describe("an assignment", () => {
  test.each<[string, readonly string[], unknown]>([
    ["owner=team-ml", ["owner"], "team-ml"],
    ["budget.max_cost_per_day=40", ["budget", "max_cost_per_day"], 40],
    ["rate_limit=100/min", ["rate_limit"], "100/min"],
    ["tags=[a, b]", ["tags"], ["a", "b"]],
    ["quota={ requests_per_hour: 5 }", ["quota"], { requests_per_hour: 5 }],
    ['overrides.openai."gpt-4.1=x"=gpt-4o', ["overrides", "openai", "gpt-4.1=x"], "gpt-4o"],
    ["owner=a=b", ["owner"], "a=b"],
    ["owner=null", ["owner"], null],
    ['owner="-"', ["owner"], "-"],
  ])("%s", (word, path, value) => {
    expect(parseAssignment(word)).toEqual({ path, value, isPiped: false });
  });

  test("of - is read from standard input", () => {
    expect(parseAssignment("api_key=-")).toEqual({ path: ["api_key"], value: null, isPiped: true });
  });

  test.each(["owner", "=x", ".a=1", "a..b=1", "a.=1", 'a."b=1', "owner=", "owner= ", "tags=[a", "a=*b"])(
    "%s is refused in a sentence",
    (word) => {
      expect(typeof parseAssignment(word)).toBe("string");
    },
  );
});

test("several make one tree, the later winning, and no name reaches an object's prototype", () => {
  const of = (...words: string[]) =>
    buildTree(
      words.map((word) => {
        const read = parseAssignment(word);
        if (typeof read === "string") throw new Error(read);
        return read;
      }),
    );
  expect(of("a.b=1", "a.c=2", "d=3", "a.b=4")).toEqual({ a: { b: 4, c: 2 }, d: 3 });
  expect(of("a=1", "a.b=2")).toEqual({ a: { b: 2 } });
  const hostile = of("__proto__.polluted=1");
  expect(Object.getPrototypeOf(hostile)).toBe(Object.prototype);
  expect(Object.keys(hostile)).toEqual(["__proto__"]);
});

test("whatever the keys, a quoted path is read back as it was", () => {
  const key = fc.string({ minLength: 1 }).filter((text) => !text.includes('"'));
  fc.assert(
    fc.property(fc.array(key, { minLength: 1, maxLength: 5 }), (keys) => {
      expect(parsePath(keys.map((one) => `"${one}"`).join("."))).toEqual(keys);
    }),
  );
});
