import { expect, test } from "bun:test";
import { deflateSync } from "node:zlib";
import fc from "fast-check";
import { pagesAtMost } from "../../server/protocols/pdf.ts";
import { createAllowance } from "../../server/protocols/pdf-objects.ts";

const pages = (text: string | Buffer): number =>
  pagesAtMost(typeof text === "string" ? Buffer.from(text, "latin1") : text, createAllowance());

/** An object stream as programs write it. */
function objectStream(objects: string, head = "/Filter /FlateDecode"): Buffer {
  const deflated = deflateSync(Buffer.from(objects, "latin1"));
  return Buffer.concat([
    Buffer.from(`7 0 obj\n<</Type /ObjStm /N 3 /First 20 ${head} /Length ${deflated.length}>>\nstream\r\n`),
    deflated,
    Buffer.from("\nendstream\nendobj\n"),
  ]);
}

const file = (...parts: (Buffer | string)[]): Buffer =>
  Buffer.concat(["%PDF-1.7\n", ...parts].map((part) => Buffer.from(part as string)));

const tree = (count: number): string =>
  `<</Type/Pages/Kids [${Array.from({ length: count }, (_, id) => `${id + 9} 0 R`).join(" ")}]/Count ${count}>>`;

test("a page tree in an object stream is read, whatever else the file holds", () => {
  const pictures = Buffer.alloc(100_000, 7);
  expect(pages(file(objectStream(tree(12)), pictures))).toBe(12);
  expect(pages(file(objectStream("<</Type/Page>>"), objectStream(tree(12), "/Filter [/FlateDecode]")))).toBe(
    12,
  );
  expect(pages(file(objectStream(tree(12)), tree(30)))).toBe(42);
});

test("an object stream that cannot be read makes the file as long as its size allows", () => {
  const filler = "x".repeat(6_400);
  const unread = [
    file(objectStream(tree(1), "/Filter [/ASCIIHexDecode /FlateDecode]"), filler),
    file(objectStream(tree(1), "/Filter /LZWDecode"), filler),
    file(objectStream(tree(1), "/Filter /FlateDecode /DecodeParms <</Predictor 12>>"), filler),
    file(objectStream(tree(1)), "trailer <</Encrypt 3 0 R>>", filler),
    file(objectStream(`${tree(1)} /#4bids [1 0 R]`), filler),
    file(objectStream(tree(1)).subarray(0, -20), filler),
    file("7 0 obj <</Type /ObjStm /Filter /FlateDecode>> stream\nbroken\nendstream", filler),
  ];
  for (const one of unread) expect(pages(one), one.toString("latin1", 0, 120)).toBeGreaterThanOrEqual(100);
});

test("an escaped name that hides no page tree does no harm", () => {
  expect(pages(`/Name#20with#20space ${tree(3)} ${"x".repeat(6_400)}`)).toBe(3);
});

test("one request has only so much inflated, however many files it holds", () => {
  const bomb = file(objectStream(" ".repeat(3_000_000) + tree(2)));
  const allowance = createAllowance();
  const started = performance.now();
  const found = Array.from({ length: 500 }, () => pagesAtMost(bomb, allowance));
  expect(performance.now() - started).toBeLessThan(1_000);
  expect(found.slice(0, 2)).toEqual([2, 2]);
  expect(found.at(-1)).toBe(Math.ceil(bomb.length / 64));
});

test("hostile marks cost linear time", () => {
  const hostile = [
    "/ObjStm".repeat(1_000_000),
    "/ObjStm stream".repeat(500_000),
    "/ObjStm stream\nendstream".repeat(200_000),
    "/Filter/FlateDecode/ObjStm stream\nendstream".repeat(200_000),
    `${"obj ".repeat(1_000_000)}/ObjStm`,
    "/#".repeat(3_000_000),
    `/a${"#41".repeat(2_000_000)}`,
  ];
  for (const text of hostile) {
    const started = performance.now();
    expect(pages(text)).toBe(1_000);
    expect(performance.now() - started, text.slice(0, 40)).toBeLessThan(1_000);
  }
});

test("a PDF whose page tree can be hidden is as long as its size allows", () => {
  const filler = "x".repeat(6_400);
  const hidden = [
    `%PDF-1.7 ${filler}/Type/ObjStm`,
    `%PDF-1.4 ${filler}/#4bids [1 0 R]`,
    `%PDF-1.4 ${filler}/Kids 7 0 R`,
    `%PDF-1.4 ${filler}/Kids [1 0 R`,
    `%PDF-1.4 ${filler}`,
  ];
  for (const text of hidden) expect(pages(text), text.slice(-20)).toBeGreaterThanOrEqual(100);
  expect(pages("")).toBe(1);
  expect(pages("\0".repeat(10_000_000))).toBe(1_000);
});

test("whatever a page tree looks like, no page of it is missed", () => {
  const kids = fc.array(fc.array(fc.integer({ min: 1, max: 9999 }), { minLength: 1, maxLength: 20 }), {
    minLength: 1,
    maxLength: 10,
  });
  const space = fc.constantFrom("", " ", "\n", "\r\n  ");
  fc.assert(
    fc.property(kids, space, (lists, gap) => {
      const nodes = lists.map(
        (list) => `<</Type /Pages /Kids${gap}[${list.map((id) => `${id} 0 R`).join(gap || " ")}]>>`,
      );
      expect(pages(nodes.join("\n"))).toBe(lists.flat().length);
    }),
  );
});
