/** The YAML parser's complaints in our own words: its own may quote the file, and what stands there may be a key. */
import type { YAMLError } from "yaml";

export interface Fault {
  /** Characters from the start of the text. */
  readonly offset: number;
  readonly message: string;
}

/** The parser leaves it to whoever follows aliases to find this one. */
export const UNKNOWN_ALIAS =
  "This alias (*name) refers to no anchor (&name) before it; text that begins with * needs quotes.";

/** A broken file is not mended faster by a longer list. */
const MOST_FAULTS = 20;

/** One explanation per spot, without the parser's confusion after a token in the wrong place. */
export function explainFaults(errors: readonly Pick<YAMLError, "code" | "pos">[]): Fault[] {
  const first = errors.findIndex(({ code }) => code === "UNEXPECTED_TOKEN");
  const telling = first < 0 ? errors : errors.slice(0, first + 1);
  const bySpot = new Map<number, Fault>();
  for (const { code, pos } of telling) {
    const [offset] = pos;
    if (bySpot.size < MOST_FAULTS && !bySpot.has(offset))
      bySpot.set(offset, { offset, message: explain(code) });
  }
  return [...bySpot.values()];
}

function explain(code: string): string {
  return EXPLANATIONS.get(code) ?? "This is not valid YAML.";
}

const EXPLANATIONS = new Map([
  ["BAD_DQ_ESCAPE", "Inside double quotes a backslash begins an escape, and this one does not exist."],
  ["BAD_INDENT", "The indentation does not fit what surrounds it, or a closing bracket is missing."],
  ["BAD_SCALAR_START", "Plain text cannot begin with this character; put it in quotes."],
  [
    "BLOCK_AS_IMPLICIT_KEY",
    "A second `key: value` stands in one line; text that contains `: ` needs quotes.",
  ],
  ["BLOCK_IN_FLOW", "Inside { } and [ ] values are separated by commas, not by lines."],
  ["MISSING_CHAR", "A closing bracket, a closing quote or a comma is missing here."],
  ["MULTILINE_IMPLICIT_KEY", "A key must stand in one line, with its colon; a colon may be missing here."],
  ["MULTIPLE_DOCS", "The file holds a second document; remove the `---` and what follows it."],
  ["RESOURCE_EXHAUSTION", "The file is nested far too deeply."],
  ["TAB_AS_INDENT", "A tab stands in the indentation; YAML wants spaces."],
  ["TAG_RESOLVE_FAILED", "This tag (!name) is unknown; text that begins with ! needs quotes."],
  [
    "UNEXPECTED_TOKEN",
    `This does not belong to what stands before it; text with \`: \`, or with \${NAME} inside { }, needs quotes.`,
  ],
]);
