/**
 * How many values JSON text holds. Whoever goes through a document value by value takes microseconds for each, and how many
 * there are is the sender's to choose: 64 MiB have room for thirty million.
 */
import { stringEnd } from "./json-depth.ts";
import { COMMA, OPEN_LIST, OPEN_OBJECT, QUOTE } from "./json-marks.ts";

/** Most values that are gone through for one call. A conversation has some thousands, and an image is one of them. */
export const MOST_VALUES = 200_000;

/**
 * Whether JSON texts hold more than `MOST_VALUES` between them; empty lists and objects count twice. Strings are leapt over,
 * and it reads no further than to the value that is too many.
 */
export function hasManyValues(texts: readonly string[]): boolean {
  const length = texts.reduce((sum, text) => sum + text.length, 0);
  // Each takes a character and a comma, or the bracket of a list.
  if (length <= MOST_VALUES) return false;
  let values = 0;
  for (const text of texts) {
    values += 1 + marksIn(text, MOST_VALUES - values);
    if (values > MOST_VALUES) return true;
  }
  return false;
}

/** How many values follow the first, or are the first in what holds them; it may stop above `most`. */
function marksIn(text: string, most: number): number {
  let marks = 0;
  for (let at = 0; at < text.length && marks <= most; at++) {
    const code = text.charCodeAt(at);
    if (code === COMMA || code === OPEN_LIST || code === OPEN_OBJECT) {
      marks++;
    } else if (code === QUOTE) {
      at = stringEnd(text, at);
      if (at < 0) break;
    }
  }
  return marks;
}
