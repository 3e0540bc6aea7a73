/** Values are counted before anybody goes through them. */
import { expect, test } from "bun:test";
import fc from "fast-check";
import { hasManyValues, MOST_VALUES } from "../../server/protocols/json-values.ts";

/** A list and its elements: so many values. */
const list = (values: number, value = "0"): string =>
  `[${Array(values - 1)
    .fill(value)
    .join(",")}]`;

test("as many as may be are not too many, and one more is", () => {
  expect(hasManyValues([list(MOST_VALUES)])).toBe(false);
  expect(hasManyValues([list(MOST_VALUES + 1)])).toBe(true);
  expect(hasManyValues([`{"a":${list(MOST_VALUES - 1)}}`])).toBe(false);
  expect(hasManyValues([`{"a":${list(MOST_VALUES)}}`])).toBe(true);
});

test("several texts have them between them", () => {
  const half = list(MOST_VALUES / 2);
  expect(hasManyValues([half, half])).toBe(false);
  expect(hasManyValues([half, "0", half])).toBe(true);
  expect(hasManyValues(Array(MOST_VALUES).fill("1"))).toBe(false);
  expect(hasManyValues(Array(MOST_VALUES + 1).fill("1"))).toBe(true);
  expect(hasManyValues([])).toBe(false);
});

test("a string is one, whatever stands in it and however long it is", () => {
  for (const text of ["[,{".repeat(MOST_VALUES), '"'.repeat(MOST_VALUES), '\\",'.repeat(MOST_VALUES)]) {
    expect(hasManyValues([JSON.stringify({ a: text, b: text })])).toBe(false);
  }
});

test("members of one name count, though one of them is read", () => {
  expect(hasManyValues([`{${Array(MOST_VALUES).fill('"a":0').join(",")}}`])).toBe(true);
});

test("what is no JSON is no reason to look on", () => {
  expect(hasManyValues([`"${"[".repeat(MOST_VALUES * 2)}`])).toBe(false);
});

test("every value of any document counts, an empty list or object twice", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(0, 1), (value, more) => {
      const counted = valuesIn(value);
      const text = `[${JSON.stringify(value)},"${",".repeat(MOST_VALUES)}"]`;
      const rest = MOST_VALUES - counted - 2 + more;
      expect(hasManyValues([text, ...Array(rest).fill("0")])).toBe(more === 1);
    }),
    { numRuns: 50 },
  );
});

function valuesIn(value: unknown): number {
  if (typeof value !== "object" || value === null) return 1;
  const inner = Object.values(value);
  return inner.length === 0 ? 2 : inner.reduce((sum: number, one) => sum + valuesIn(one), 1);
}
