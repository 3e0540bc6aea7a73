import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { renderCsvRow } from "../../server/management/csv.ts";

/** Cells of one row, as RFC 4180 reads them. */
function parseRow(row: string): string[] {
  const cells = [...row.replace(/\r\n$/, "").matchAll(/("(?:[^"]|"")*"|[^",]*)(?:,|$)/g)].map(
    ([, cell = ""]) => cell,
  );
  return cells
    .slice(0, -1)
    .map((cell) => (cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell));
}

describe("a row of CSV", () => {
  test("quotes what would be read as its form, and leaves unknown cells empty", () => {
    expect(renderCsvRow(["plain", 'a "b", c', "two\r\nlines", 1.5, null, false])).toBe(
      'plain,"a ""b"", c","two\r\nlines",1.5,,false\r\n',
    );
  });

  test.each([
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1",
    "－1",
    '=HYPERLINK("http://evil","x")',
    "  =1",
    "\u00a0=1",
  ])("makes %j no formula", (text) => {
    expect(parseRow(`${renderCsvRow([text, ""])}`)[0]?.startsWith("'")).toBe(true);
  });

  test.each([
    ["a;=1", "a;'=1"],
    ["a; +1;b", "a;' +1;b"],
    ["a\t@x", "a\t'@x"],
    ["a\r\n-1", "a\r\n'-1"],
    ['a;"=1', "a;'\"=1"],
  ])("makes %j no formula for who reads another end of a cell, and quotes it", (text, cell) => {
    expect(renderCsvRow(["first", text])).toBe(`first,"${cell.replaceAll('"', '""')}"\r\n`);
  });

  test.each(["a-b", "1;2", "x = y", "a;b-c", "two\r\nlines"])("leaves %j as it is", (text) => {
    expect(parseRow(renderCsvRow([text, ""]))[0]).toBe(text);
  });

  test("leaves figures as they are, negative ones too", () => {
    expect(renderCsvRow([-1, -0.5])).toBe("-1,-0.5\r\n");
  });

  test("says what it was given, whatever that is, apostrophes apart", () => {
    const plain = (text: string) => text.replaceAll("'", "");
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "binary" }), { minLength: 1, maxLength: 5 }), (cells) => {
        const read = parseRow(renderCsvRow([...cells, "."]));
        expect(read.slice(0, -1).map(plain)).toEqual(cells.map(plain));
      }),
    );
  });

  test("has no formula in it, whatever ends a cell for its reader", () => {
    const part = fc.constantFrom(
      "=",
      "+",
      "@",
      "-",
      ";",
      "\t",
      "\n",
      "\r",
      " ",
      '"',
      ",",
      "'",
      "a",
      "\u00a0",
    );
    fc.assert(
      fc.property(fc.array(fc.string({ unit: part }), { minLength: 1, maxLength: 4 }), (cells) => {
        const [first = "", ...rest] = renderCsvRow(["x", ...cells]).split(/[;\t\r\n]/);
        expect(first.startsWith("x")).toBe(true);
        expect(rest.filter((cell) => /^[\s"]*[=+\-@]/.test(cell))).toEqual([]);
      }),
    );
  });
});
