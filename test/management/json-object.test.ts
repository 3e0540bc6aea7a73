import { expect, test } from "bun:test";
import { isObject, memberOf } from "../../server/management/json-object.ts";

test("an object has members by name; a list, a text, a number and null have none", () => {
  expect(isObject({})).toBe(true);
  for (const value of [[], ["rules"], "rules", 7, true, null, undefined]) {
    expect(isObject(value)).toBe(false);
    expect(memberOf(value, "length")).toBeUndefined();
  }
});

test("a member is what was said, null included, and never what every object has", () => {
  expect(memberOf({ rules: [1] }, "rules")).toEqual([1]);
  expect(memberOf({ rules: null }, "rules")).toBeNull();
  expect(memberOf({}, "constructor")).toBeUndefined();
  expect(memberOf(JSON.parse('{"__proto__": 1}'), "__proto__")).toBe(1);
});
