import { describe, expect, test } from "bun:test";
import { readRetryAfter } from "../../server/gateway/retry-after.ts";

const NOW = Date.parse("1994-11-06T08:49:30Z");
const read = (headers: Record<string, string>) => readRetryAfter(new Headers(headers), NOW);

describe("how long an upstream asks to wait", () => {
  for (const [text, wait] of [
    ["0", 0],
    ["2", 2_000],
    ["0.25", 250],
    [" 7 ", 7_000],
    ["Sun, 06 Nov 1994 08:49:37 GMT", 7_000],
    ["Sunday, 06-Nov-94 08:49:37 GMT", 7_000],
    ["Sun Nov  6 08:49:37 1994", 7_000],
    ["Sun, 06 Nov 1994 08:49:00 GMT", 0],
    ["-1", null],
    ["1, 2", null],
    ["soon", null],
    ["1994-11-06", null],
    ["Sun, 99 Nov 1994 08:49:37 GMT", null],
    ["", null],
  ] as const) {
    test(`is ${wait === null ? "not known" : `${wait} ms`} from "${text}"`, () => {
      expect(read({ "retry-after": text })).toBe(wait);
    });
  }

  test("is taken from milliseconds where both are told, unless they cannot be read", () => {
    expect(read({ "retry-after-ms": "120.5", "retry-after": "1" })).toBe(121);
    expect(read({ "retry-after-ms": "some", "retry-after": "1" })).toBe(1_000);
    expect(read({})).toBeNull();
  });
});
