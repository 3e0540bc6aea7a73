/** Ids of calls and names of tools are fitted alike wherever they stand, and stay apart. */
import { expect, test } from "bun:test";
import fc from "fast-check";
import { fitId, fitName } from "../../../server/protocols/translation/ids.ts";

const FORMS = [
  ["an id, usually", (text: string) => fitId(text), /^[A-Za-z0-9_-]{1,40}$/],
  ["an id of nine", (text: string) => fitId(text, "nine"), /^[A-Za-z0-9]{9}$/],
  ["a name", fitName, /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/],
] as const;

const arbitraryWord = fc.oneof(
  fc.string({ unit: "binary", maxLength: 90 }),
  fc.stringMatching(/^[\w.:-]{0,90}$/),
  fc.constantFrom("", "null", "call_0", "toolu_01ABC", `mcp__${"x".repeat(90)}`),
);

for (const [what, fit, form] of FORMS) {
  test(`${what}: whatever comes has the form afterwards, and what has it stays`, () => {
    fc.assert(
      fc.property(arbitraryWord, (word) => {
        const fitted = fit(word);
        expect(fitted).toMatch(form);
        expect(fit(fitted)).toBe(fitted);
        if (form.test(word)) expect(fitted).toBe(word);
      }),
    );
  });

  test(`${what}: two that differ never become the same`, () => {
    fc.assert(
      fc.property(fc.uniqueArray(arbitraryWord, { maxLength: 60 }), (words) => {
        expect(new Set(words.map(fit)).size).toBe(words.length);
      }),
    );
  });
}

test("what is fitted can still be read", () => {
  expect(fitName("math.add")).toMatch(/^math_add_[a-z0-9]+$/);
  expect(fitName("3d.render")).toMatch(/^_3d_render_[a-z0-9]+$/);
  expect(fitId("call|1")).toMatch(/^call_1_[a-z0-9]+$/);
});
