/** Numbers that a JavaScript number cannot hold stay as they are written. */
import { expect, test } from "bun:test";
import fc from "fast-check";
import { parseExactly, roundRaw } from "../../server/protocols/exact-json.ts";
import { MOST_VALUES } from "../../server/protocols/json-values.ts";
import { isTooDeep } from "../../server/protocols/translation/nesting.ts";

const rewrite = (text: string): string => JSON.stringify(parseExactly(text));

test("long numbers are written as they came, wherever they stand", () => {
  for (const number of [
    "1234567890123456789",
    "-1234567890123456789",
    "9007199254740993",
    "0.1234567890123456789",
    "12345678901234567.50",
    "1e400",
    "-1E-400",
    "1.5e+1000",
  ]) {
    for (const text of [`{"a":${number}}`, `[1,${number}]`, `{"a":[{"b":${number}},"${number}"]}`]) {
      expect(rewrite(text)).toBe(text);
    }
    expect(
      JSON.parse(JSON.stringify(parseExactly(`{\n"a" :\t${number} }`)).replace(/-?\d.*\d/, "0")),
    ).toEqual({
      a: 0,
    });
  }
});

test("all other numbers are numbers", () => {
  const text = '{"a":0.1,"b":[1760000000000,-12.50,1e21,999999999999999],"c":"1234567890123456789"}';
  expect(parseExactly(text)).toEqual(JSON.parse(text));
});

test("whatever the digits, the number that is written again is the same", () => {
  const digits = (most: number) =>
    fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: most }).map((all) => all.join(""));
  const whole = digits(30).map((text) => text.replace(/^0+(?=\d)/, ""));
  const number = fc
    .tuple(
      fc.constantFrom("", "-"),
      whole,
      fc.option(digits(30)),
      fc.option(fc.integer({ min: -500, max: 500 })),
    )
    .map(([sign, before, after, power]) =>
      [sign, before, after === null ? "" : `.${after}`, power === null ? "" : `e${power}`].join(""),
    );
  fc.assert(
    fc.property(number, (text) => {
      const written = rewrite(`[${text}]`).slice(1, -1);
      expect(normal(written)).toBe(normal(text));
    }),
    { numRuns: 1000 },
  );
});

/** The number's digits without leading and trailing zeros, and the power of ten of the last of them. */
function normal(text: string): string {
  const [mantissa = "", power = "0"] = text.toLowerCase().split("e");
  const [before = "", after = ""] = mantissa.replace("-", "").split(".");
  const digits = `${before}${after}`;
  const significant = digits.replace(/0+$/, "");
  const last = Number(power) - after.length + digits.length - significant.length;
  const shown = significant.replace(/^0+/, "");
  return shown === "" ? "0" : `${mantissa.startsWith("-") ? "-" : ""}${shown}e${last}`;
}

test("a document is the same but for its long numbers", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = JSON.stringify({ value, long: 0 }).replace(/0\}$/, "12345678901234567890}");
      expect(rewrite(text)).toBe(text);
    }),
  );
});

test("whoever writes the engine's word for a raw number has written an object", () => {
  const text = '{"a":{"rawJSON":"],"},"b":12345678901234567890}';
  expect(rewrite(text)).toBe(text);
  expect(roundRaw({ rawJSON: "1" })).toEqual({ rawJSON: "1" });
});

test("what is no JSON, is no document; what goes too deep still does", () => {
  expect(parseExactly('{"a":12345678901234567890')).toBeUndefined();
  const deep = `${"[".repeat(20_000)}12345678901234567890${"]".repeat(20_000)}`;
  expect(isTooDeep(parseExactly(deep))).toBe(true);
});

test("among more values than are gone through all numbers are JavaScript's", () => {
  const list = (values: number) => `[${"0,".repeat(values - 2)}12345678901234567890]`;
  expect(rewrite(list(MOST_VALUES))).toEndWith(",12345678901234567890]");
  expect(rewrite(list(MOST_VALUES + 1))).toEndWith(",12345678901234567000]");
});

test("a raw number is a number for who reads it", () => {
  const [raw] = parseExactly("[0.69999999999999996]") as readonly unknown[];
  expect(roundRaw(raw)).toBe(0.7);
  expect([roundRaw(1), roundRaw("1"), roundRaw(null)]).toEqual([1, "1", null]);
});
