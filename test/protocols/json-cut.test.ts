/** Edits in the middle of a document touch nothing else. */
import { expect, test } from "bun:test";
import fc from "fast-check";
import { CUT, type Edit, type Edits, editDocument, editInside } from "../../server/protocols/json-cut.ts";

const edit = (text: string, edits: Edits): string =>
  Buffer.from(editDocument(Buffer.from(text), edits)).toString();
const cutElements = (...numbers: readonly number[]): Edits =>
  new Map([["a", editInside(numbers.map((number) => [number, CUT])) ?? CUT]]);

test("what is cut takes the comma along that parted it from its neighbour", () => {
  const text = '{ "a" : [ 1.0 , 2 ,\n3 ] }';
  expect(edit(text, cutElements(0))).toBe('{ "a" : [ 2 ,\n3 ] }');
  expect(edit(text, cutElements(1))).toBe('{ "a" : [ 1.0 , 3 ] }');
  expect(edit(text, cutElements(2))).toBe('{ "a" : [ 1.0 , 2 ] }');
  expect(edit(text, cutElements(1, 2))).toBe('{ "a" : [ 1.0 ] }');
  expect(edit(text, cutElements(0, 2))).toBe('{ "a" : [ 2 ] }');
  expect(edit(text, cutElements(0, 1, 2))).toBe('{ "a" : [  ] }');
  expect(edit(text, new Map([["a", CUT]]))).toBe("{  }");
});

test("a member that stands twice goes twice, so that the first does not come to count", () => {
  expect(edit('{"a":1,"b":2,"\\u0061":3}', new Map([["a", CUT]]))).toBe('{"b":2}');
});

test("a member gets another name where it stands, its value and the white space around it stay", () => {
  const rename: Edits = new Map<string, Edit>([
    ["a", { kind: "rename", name: 'b"' }],
    ["c", CUT],
  ]);
  expect(edit('{ "c":0, "a" :  1.50 , "d":"a"}', rename)).toBe('{ "b\\"":1.50 , "d":"a"}');
  expect(edit('{"x":1, "c":0}', rename)).toBe('{"x":1}');
});

test("places that the document does not have change nothing", () => {
  const inside: Edits = new Map([["b", { kind: "inside", edits: new Map([[7, CUT]]) }]]);
  for (const text of [
    '{"a":1}',
    '{"b":[1]}',
    '{"b":"[1]"}',
    '{"b":{"7":1}}',
    "[1]",
    "",
    '{"b":[',
    '{"b":[,',
  ]) {
    expect(edit(text, inside)).toBe(text);
  }
});

/** A value as it is written, and what becomes of it. */
interface Written {
  readonly value: string | readonly Written[] | readonly (readonly [string, Written])[];
  readonly kind: "leaf" | "list" | "object";
  readonly fate: "kept" | "cut" | "set";
}

const LITERALS = [
  "1.0",
  "-0",
  "1e400",
  "12345678901234567890",
  "true",
  "null",
  '"\\u0041"',
  '"\\\\\\""',
  '",]}{["',
];
const arbitraryFate = fc.constantFrom("kept" as const, "kept" as const, "cut" as const, "set" as const);
const { written: arbitraryWritten } = fc.letrec<{ written: Written }>((tie) => ({
  written: fc.oneof(
    { maxDepth: 4 },
    fc.record({
      value: fc.oneof(
        fc.constantFrom(...LITERALS),
        fc.string().map((text) => JSON.stringify(text)),
      ),
      kind: fc.constant("leaf" as const),
      fate: arbitraryFate,
    }),
    fc.record({
      value: fc.array(tie("written"), { maxLength: 5 }),
      kind: fc.constant("list" as const),
      fate: arbitraryFate,
    }),
    fc.record({
      value: fc.uniqueArray(fc.tuple(fc.string(), tie("written")), {
        maxLength: 5,
        selector: ([name]) => name,
      }),
      kind: fc.constant("object" as const),
      fate: arbitraryFate,
    }),
  ),
}));

const SET = '{"s":1.50}';

/** The value's text; with `isEdited` as it should be in the end. */
function render({ value, kind, fate }: Written, space: string, isEdited: boolean): string {
  if (isEdited && fate === "set") return SET;
  if (typeof value === "string") return value;
  const texts = value.flatMap((one) => {
    const [name, written] = "fate" in one ? [null, one] : one;
    if (isEdited && written.fate === "cut") return [];
    const text = render(written, space, isEdited);
    return [name === null ? text : `${JSON.stringify(name)}${space}:${space}${text}`];
  });
  const [open, close] = kind === "list" ? "[]" : "{}";
  return `${open}${space}${texts.join(`${space},${space}`)}${space}${close}`;
}

function editOf({ value, fate }: Written): Edit | null {
  if (fate === "cut") return CUT;
  if (fate === "set") return { kind: "set", text: SET };
  if (typeof value === "string") return null;
  return editInside(
    value.map((one, at) =>
      "fate" in one ? ([at, editOf(one)] as const) : ([one[0], editOf(one[1])] as const),
    ),
  );
}

/** The text without the white space between its values. */
const compact = (text: string): string => text.replace(/("(?:[^"\\]|\\.)*")|\s+/g, "$1");

test("whatever is edited, all the rest is written as it was", () => {
  const space = fc.constantFrom("", " ", "\n\t ");
  fc.assert(
    fc.property(arbitraryWritten, space, (written, between) => {
      const root: Written = { kind: "object", value: [["root", { ...written, fate: "kept" }]], fate: "kept" };
      const inside = editOf(root);
      const text = render(root, between, false);
      const edited = edit(text, inside?.kind === "inside" ? inside.edits : new Map());
      expect(compact(edited)).toBe(render(root, "", true));
      if (!inside) expect(edited).toBe(text);
    }),
    { numRuns: 300 },
  );
});

test("what is only cut leaves the other bytes as they were, in their order", () => {
  fc.assert(
    fc.property(arbitraryWritten, fc.constantFrom("", " \n"), (written, between) => {
      const root: Written = { kind: "object", value: [["root", written]], fate: "kept" };
      const cuts = onlyCuts(root);
      const inside = editOf(cuts);
      const text = render(cuts, between, false);
      const edited = edit(text, inside?.kind === "inside" ? inside.edits : new Map());
      let from = 0;
      for (const character of edited) {
        const at = text.indexOf(character, from);
        expect(at).toBeGreaterThanOrEqual(from);
        from = at + character.length;
      }
      expect(JSON.parse(edited)).toEqual(JSON.parse(render(cuts, "", true)));
    }),
  );
});

function onlyCuts(written: Written): Written {
  const { value, fate } = written;
  const children =
    typeof value === "string"
      ? value
      : (value.map((one) =>
          "fate" in one ? onlyCuts(one) : [one[0], onlyCuts(one[1])],
        ) as Written["value"]);
  return { ...written, value: children, fate: fate === "set" ? "kept" : fate };
}
