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
  ])("makes %j no formula", (text) => {
    expect(parseRow(`${renderCsvRow([text, ""])}`)[0]?.startsWith("'")).toBe(true);
  });

  test("leaves figures as they are, negative ones too", () => {
    expect(renderCsvRow([-1, -0.5])).toBe("-1,-0.5\r\n");
  });

  test("says what it was given, whatever that is, an apostrophe apart", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "binary" }), { minLength: 1, maxLength: 5 }), (cells) => {
        const read = parseRow(renderCsvRow([...cells, "."]));
        expect(read.slice(0, -1).map((cell, i) => [cells[i], `'${cells[i]}`].includes(cell))).toEqual(
          cells.map(() => true),
        );
      }),
    );
  });
});
