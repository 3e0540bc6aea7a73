import { expect, test } from "bun:test";
import fc from "fast-check";
import { type Column, renderTable } from "../../server/cli/table.ts";

const COLUMNS: Column[] = [
  { title: "NAME", align: "left", flexible: true },
  { title: "COST", align: "right" },
];

test("columns line up, numbers to the right", () => {
  const { head, lines } = renderTable(
    COLUMNS,
    [
      ["a", "$1"],
      ["longer", "$12.50"],
    ],
    80,
  );
  expect([head, ...lines]).toEqual(["NAME      COST", "a           $1", "longer  $12.50"]);
});

test("wide characters take their two columns", () => {
  const { lines } = renderTable(
    COLUMNS,
    [
      ["研究者", "$1"],
      ["a", "$1"],
    ],
    80,
  );
  expect(lines).toEqual(["研究者    $1", "a         $1"]);
});

test("what is too wide loses its end where that is allowed", () => {
  const { lines } = renderTable(COLUMNS, [["a-very-long-agent-name", "$1,234.50"]], 24);
  expect(lines).toEqual(["a-very-long-…  $1,234.50"]);
});

test("a figure is never cut, and a name keeps eight columns", () => {
  const { lines } = renderTable(COLUMNS, [["a-very-long-agent-name", "$1,234.50"]], 5);
  expect(lines).toEqual(["a-very-…  $1,234.50"]);
});

test("columns leave by rank before a name gets shorter than 24", () => {
  const columns: Column[] = [
    { title: "NAME", align: "left", flexible: true },
    { title: "LEAST", align: "right", rank: 1 },
    { title: "MORE", align: "right", rank: 2 },
    { title: "MOST", align: "right" },
  ];
  const head = (width: number) => renderTable(columns, [["n".repeat(30), "1", "2", "3"]], width).head;
  const titles = (width: number) => head(width).split(/ +/);
  expect(titles(43)).toEqual(["NAME", "LEAST", "MORE", "MOST"]);
  expect(titles(42)).toEqual(["NAME", "MORE", "MOST"]);
  expect(titles(35)).toEqual(["NAME", "MOST"]);
  expect(titles(10)).toEqual(["NAME", "MOST"]);
});

test("no line is wider than the terminal while there is something to cut", () => {
  const name = fc.string({ unit: "grapheme", maxLength: 40 });
  fc.assert(
    fc.property(
      fc.array(name, { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 20, max: 80 }),
      (names, width) => {
        const { lines } = renderTable(
          COLUMNS,
          names.map((one) => [one, "$1"]),
          width,
        );
        return lines.every((line) => Bun.stringWidth(line) <= width);
      },
    ),
  );
});
