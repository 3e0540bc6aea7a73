import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { followLine, GENESIS, type Head, sealLine } from "../../server/store/chain.ts";

/** Lines as a file holds them, without newlines. */
function chain(contents: readonly object[]): string[] {
  let head: Head = GENESIS;
  return contents.map((content) => {
    const sealed = sealLine(
      JSON.stringify({ type: "admin", time: "2026-01-01T00:00:00.000Z", ...content }),
      head,
    );
    head = sealed;
    return sealed.text;
  });
}

/** The verifying fold: what is wrong with these lines, and where the chain stands after them. */
function follow(lines: readonly (string | Uint8Array)[]): { faults: string[]; head: Head | null } {
  let head: Head | null = GENESIS;
  const faults: string[] = [];
  for (const line of lines) {
    const link = followLine(typeof line === "string" ? Buffer.from(line) : line, head);
    faults.push(...link.faults);
    head = link.head;
  }
  return { faults, head };
}

const contents = fc.array(fc.record({ event: fc.string({ unit: "binary" }), detail: fc.jsonValue() }), {
  minLength: 2,
  maxLength: 12,
});
const tamperable = contents
  .map(chain)
  .chain((lines) => fc.tuple(fc.constant(lines), fc.nat(lines.length - 1)));

describe("a line", () => {
  test('ends with the SHA-256 of its bytes before `,"hash"` and holds the hash of the line before it', () => {
    const [first, second] = chain([{ event: "ä" }, { event: "b" }]).map((text) => ({
      text,
      line: JSON.parse(text),
    }));
    const body = second?.text.slice(0, second.text.indexOf(',"hash"')) ?? "";
    expect(second?.line.hash).toBe(new Bun.CryptoHasher("sha256").update(body).digest("hex"));
    expect(second?.line.prev).toBe(first?.line.hash);
    expect(Object.keys(second?.line).at(-1)).toBe("hash");
    expect(first?.line.prev).toBe("0".repeat(64));
    expect([first?.line.seq, second?.line.seq]).toEqual([1, 2]);
  });
});

describe("following the chain", () => {
  test("finds nothing wrong with lines of any content, and ends at the last one's hash", () => {
    fc.assert(
      fc.property(contents, (list) => {
        const lines = chain(list);
        const { faults, head } = follow(lines);
        expect(faults).toEqual([]);
        expect(head).toEqual({ seq: lines.length, hash: JSON.parse(lines.at(-1) ?? "").hash });
      }),
    );
  });

  test("finds any one byte that was changed", () => {
    fc.assert(
      fc.property(tamperable, fc.nat(), fc.integer({ min: 1, max: 255 }), ([lines, at], place, flip) => {
        const bytes = Buffer.from(lines[at] ?? "");
        const index = place % bytes.length;
        bytes[index] = (bytes[index] ?? 0) ^ flip;
        expect(follow(lines.with(at, "").map((line, i) => (i === at ? bytes : line))).faults).not.toEqual([]);
      }),
    );
  });

  test("finds a line that was removed, but for the last", () => {
    fc.assert(
      fc.property(tamperable, ([lines, at]) => {
        fc.pre(at < lines.length - 1);
        expect(follow(lines.toSpliced(at, 1)).faults).not.toEqual([]);
      }),
    );
  });

  test("finds a line that stands twice", () => {
    fc.assert(
      fc.property(tamperable, ([lines, at]) => {
        expect(follow(lines.toSpliced(at, 0, lines[at] ?? "")).faults).not.toEqual([]);
      }),
    );
  });

  test("finds two lines that changed places", () => {
    fc.assert(
      fc.property(tamperable, fc.nat(), ([lines, at], other) => {
        const to = other % lines.length;
        fc.pre(at !== to);
        const swapped = lines.with(at, lines[to] ?? "").with(to, lines[at] ?? "");
        expect(follow(swapped).faults).not.toEqual([]);
      }),
    );
  });

  test("finds a line that was written anew with a hash that fits, for the next one does not follow it", () => {
    const lines = chain([{ event: "a" }, { event: "b" }, { event: "c" }]);
    const forged = sealLine(JSON.stringify({ type: "admin", time: "2026-01-01T00:00:00.000Z", event: "B" }), {
      seq: 1,
      hash: JSON.parse(lines[0] ?? "").hash,
    });
    expect(follow(lines.with(1, forged.text)).faults).toEqual(["does not follow the line before it"]);
  });

  test("names the numbers that are missing", () => {
    const lines = chain([{}, {}, {}, {}, {}]);
    expect(follow(lines.toSpliced(1, 1)).faults).toEqual(["line 2 is missing"]);
    expect(follow(lines.toSpliced(1, 3)).faults).toEqual(["lines 2 to 4 are missing"]);
  });
});
