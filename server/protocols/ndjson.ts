/** JSON documents, one a line (https://github.com/ndjson/ndjson-spec). */
import type { EventSign } from "./protocol.ts";
import { type Scanner, stripMark } from "./scanner.ts";

/** Finds where lines end. */
export function createLineScanner(): Scanner {
  return { next: (text, from) => text.indexOf("\n", from) + 1 || -1 };
}

/** Hands one line to `read`; null where the line is blank. */
export function readLine(
  text: string,
  read: (name: string | null, data: string) => EventSign,
): EventSign | null {
  const line = stripMark(text).trim();
  return line === "" ? null : read(null, line);
}
