/** A string ends at its own closing quote, whatever is escaped in it and however long it is: in text and in bytes alike. */
import { expect, test } from "bun:test";
import fc from "fast-check";
import { stringEnd } from "../../server/protocols/json-depth.ts";
import { findMember } from "../../server/protocols/json-edit.ts";

/** Around the length from which on the engine searches, too. */
const piece = fc.oneof(
  fc.constantFrom("\\", '"', '\\"', "ü", "\n", "}", ","),
  fc.nat(70).map((length) => "x".repeat(length)),
  fc.nat(70).map((length) => "\\".repeat(length)),
  fc.nat(70).map((length) => '"'.repeat(length)),
);
const string = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(""));

test("in a text", () => {
  fc.assert(
    fc.property(string, string, (one, other) => {
      const [before, quoted] = [JSON.stringify(one), JSON.stringify(other)];
      const text = `[${before},${quoted},"]"]`;
      const start = before.length + 2;
      expect(stringEnd(text, 1)).toBe(before.length);
      expect(stringEnd(text, start)).toBe(start + quoted.length - 1);
      expect(stringEnd(text.slice(0, start + quoted.length - 1), start)).toBe(-1);
    }),
    { numRuns: 1_000 },
  );
});

test("in bytes, where it is a name or a value", () => {
  fc.assert(
    fc.property(string, string, (name, value) => {
      const text = `{${JSON.stringify(name)}:${JSON.stringify(value)},"last":1}`;
      const bytes = new TextEncoder().encode(text);
      expect(findMember(bytes, "last")?.valueEnd).toBe(bytes.length - 1);
      const member = name === "last" ? null : findMember(bytes, name);
      const written = member && new TextDecoder().decode(bytes.subarray(member.valueStart, member.valueEnd));
      expect(written).toBe(name === "last" ? null : JSON.stringify(value));
      expect(findMember(bytes.subarray(0, bytes.length - 3), "last")).toBeNull();
    }),
    { numRuns: 1_000 },
  );
});
