import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { readRun } from "../../server/gateway/run.ts";

const run = (headers: Record<string, string>) => readRun(new Headers(headers));

function explain(headers: Record<string, string>): string {
  const read = run(headers);
  if (read === null || !("reason" in read)) return `not refused: ${JSON.stringify(read)}`;
  expect(read).toMatchObject({ reason: "invalid_run", status: 400 });
  return read.message;
}

describe("a run", () => {
  test("is none where no header names one", () => {
    expect(run({ "x-agent-id": "a" })).toBeNull();
  });

  test("has its id, and a parent and a budget where they are given", () => {
    expect(run({ "x-tollgate-run": "nightly/2026-01-15#3" })).toEqual({
      id: "nightly/2026-01-15#3",
      parent: null,
      budget: null,
    });
    expect(
      run({ "x-tollgate-run": "child", "x-tollgate-parent-run": "p", "x-tollgate-run-budget": "0.50" }),
    ).toEqual({ id: "child", parent: "p", budget: 500_000_000 });
  });

  test.each([
    ["0", 0],
    ["0.0", 0],
    ["12", 12_000_000_000],
    ["0.000000001", 1],
    ["0.0000000019999", 1],
    ["0.1234567899", 123_456_789],
    ["999999.999999999", 999_999_999_999_999],
  ])("may cost %s USD: %d nano-dollars, rounded down", (text, nano) => {
    expect(run({ "x-tollgate-run": "r", "x-tollgate-run-budget": text })).toMatchObject({ budget: nano });
  });

  test.each([
    "",
    "-1",
    "+1",
    "1e3",
    "1,5",
    ".5",
    "1.",
    "$1",
    "0x1",
    "NaN",
    "Infinity",
    "unlimited",
    "1000000",
    "1, 2",
  ])("with the budget %p is refused, and the refusal says what is expected", (text) => {
    const said = explain({ "x-tollgate-run": "r", "x-tollgate-run-budget": text });
    expect(said).toContain("x-tollgate-run-budget cannot be read: it must be USD");
  });

  test("with an id that is empty, too long, holds a space or was sent twice is refused by its header's name", () => {
    for (const id of ["", "x".repeat(129), "a b", "a, b", "\u00e9"]) {
      expect(explain({ "x-tollgate-run": id })).toContain("The header x-tollgate-run cannot be read");
      const parent = { "x-tollgate-run": "r", "x-tollgate-parent-run": id };
      expect(explain(parent)).toContain("The header x-tollgate-parent-run cannot be read");
    }
    expect(run({ "x-tollgate-run": "x".repeat(128) })).not.toHaveProperty("reason");
  });

  test("is needed by a parent and by a budget: a cap that holds for nothing is refused", () => {
    expect(explain({ "x-tollgate-parent-run": "p" })).toContain("x-tollgate-parent-run needs a run");
    expect(explain({ "x-tollgate-run-budget": "1" })).toContain("x-tollgate-run-budget needs a run");
  });

  test("never has a budget above what was written, below it by less than a nano-dollar, nor one that is no whole number", () => {
    const amount = fc.tuple(fc.nat(999_999), fc.stringMatching(/^\d{1,12}$/));
    fc.assert(
      fc.property(amount, ([whole, fraction]) => {
        const read = run({ "x-tollgate-run": "r", "x-tollgate-run-budget": `${whole}.${fraction}` });
        const nano = read && "budget" in read ? (read.budget ?? -1) : -1;
        const exact = BigInt(`${whole}${fraction.padEnd(12, "0")}`);
        expect(Number.isSafeInteger(nano)).toBe(true);
        expect(BigInt(nano)).toBe(exact / 1000n);
      }),
    );
  });
});
