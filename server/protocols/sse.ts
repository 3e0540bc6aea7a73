/**
 * Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html), over text decoded as Latin-1: one
 * character is one byte, and no character is split between pieces.
 */
import type { EventSign } from "./protocol.ts";
import { type Scanner, stripMark } from "./scanner.ts";

const LF = 10;
const CR = 13;

/** Finds where events end: after a blank line, whatever ends its lines. */
export function createSseScanner(): Scanner {
  /** Whether the line at hand is blank so far. */
  let isBlank = true;
  /** The piece before ended with CR: an LF that begins the next one belongs to it. */
  let afterCr = false;

  return {
    next(text, from) {
      for (let at = from; at < text.length; at++) {
        const code = text.charCodeAt(at);
        if (code !== LF && code !== CR) {
          isBlank = false;
          afterCr = false;
          continue;
        }
        if (code === LF && afterCr) {
          afterCr = false;
          continue;
        }
        const wasBlank = isBlank;
        isBlank = true;
        afterCr = code === CR;
        if (!wasBlank) continue;
        if (afterCr && text.charCodeAt(at + 1) === LF) {
          afterCr = false;
          return at + 2;
        }
        return at + 1;
      }
      return -1;
    },
  };
}

/**
 * Hands one event's name and data to `read` and gives back what it said; null where the event has no data (comments,
 * blank lines). JSON without any field is read as data: some hosts declare an event stream and answer an error.
 */
export function readSseEvent(
  text: string,
  read: (name: string | null, data: string) => EventSign,
): EventSign | null {
  // By far the most frequent form: one data line and nothing else.
  if (text.startsWith("data: ") && text.indexOf("\n") === text.length - 2 && text.indexOf("\r") < 0) {
    return read(null, text.slice(6, -2));
  }
  let name: string | null = null;
  let data: string | null = null;
  const lines = stripMark(text);
  for (const line of lines.split(text.indexOf("\r") < 0 ? "\n" : /\r\n|\n|\r/)) {
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    if (field !== "data" && field !== "event") continue;
    const value = colon < 0 ? "" : line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
    if (field === "event") name = value;
    else data = data === null ? value : `${data}\n${value}`;
  }
  if (data !== null) return read(name, data);
  return lines.startsWith("{") ? read(null, lines.trim()) : null;
}
