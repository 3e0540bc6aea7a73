/**
 * How deep JSON text goes, before it is parsed: the engine takes fifty times as long for brackets as for anything else, and
 * how many there are is the sender's to choose.
 */
import { BACKSLASH, CLOSE_LIST, CLOSE_OBJECT, OPEN_LIST, OPEN_OBJECT, QUOTE } from "./json-marks.ts";

/** Shorter texts cost little whatever stands in them. */
const LONG = 64 * 1024;
/** No request and no answer goes as deep. */
const DEEPEST = 1_000;

/** Whether a long text opens more brackets within each other than is worth parsing. Strings are leapt over. */
export function goesTooDeep(text: string): boolean {
  if (text.length < LONG) return false;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = stringEnd(text, at);
      if (at < 0) return false;
    } else if (code === OPEN_LIST || code === OPEN_OBJECT) {
      if (++depth > DEEPEST) return true;
    } else if (code === CLOSE_LIST || code === CLOSE_OBJECT) {
      depth--;
    }
  }
  return false;
}

/** Characters of a string that are looked at one by one: calling the engine's search takes longer than that. */
const NEAR = 32;

/** Where the closing quote stands of the string that begins at `start`; -1 where there is none, which is no JSON. */
export function stringEnd(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length) {
    for (const near = at + NEAR; at < near; at++) {
      const code = text.charCodeAt(at);
      if (code === QUOTE) return at;
      // What it escapes may be a quote.
      if (code === BACKSLASH) at++;
    }
    const quote = text.indexOf('"', at);
    if (quote < 0) return -1;
    let before = quote - 1;
    while (before >= at && text.charCodeAt(before) === BACKSLASH) before--;
    // An even number of them escape each other, and not the quote.
    if ((quote - before) % 2 === 1) return quote;
    at = quote + 1;
  }
  return -1;
}
