/** A JSON list whose elements are the events of a stream: what Gemini sends without `alt=sse`. */
import { BACKSLASH, QUOTE } from "./json-marks.ts";
import type { EventSign } from "./protocol.ts";
import { type Scanner, stripMark } from "./scanner.ts";

/**
 * Finds where the list's objects end, and the list itself. A single object in place of a list is one event. Depth is
 * counted, not followed.
 */
export function createElementScanner(): Scanner {
  let depth = 0;
  /** The depth at which events stand: 1 in a list, 0 where there is none. */
  let base = 0;
  let isInString = false;
  let isEscaped = false;

  return {
    next(text, from) {
      for (let at = from; at < text.length; at++) {
        const code = text.charCodeAt(at);
        if (isInString) {
          if (isEscaped) isEscaped = false;
          else if (code === BACKSLASH) isEscaped = true;
          else if (code === QUOTE) isInString = false;
          continue;
        }
        switch (code) {
          case QUOTE:
            isInString = true;
            break;
          case 0x5b: // [
            if (depth === 0) base = 1;
            depth++;
            break;
          case 0x7b: // {
            depth++;
            break;
          case 0x5d: // ]
          case 0x7d: // }
            depth--;
            if (depth <= base) return at + 1;
            break;
        }
      }
      return -1;
    },
  };
}

/** Hands one element to `read`; null for what is none: the list's brackets and commas. */
export function readElement(
  text: string,
  read: (name: string | null, data: string) => EventSign,
): EventSign | null {
  const element = stripMark(text)
    .replace(/^[\s,[]+/, "")
    .trim();
  return element === "" || element === "]" ? null : read(null, element);
}
