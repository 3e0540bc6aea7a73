/**
 * Finds members of a JSON object by their bytes, so that an edit touches nothing else (law 6). One pass, no recursion:
 * depth and size are the sender's to choose. The text must have been parsed once; what is not JSON is not found.
 */
import {
  BACKSLASH,
  CLOSE_LIST,
  CLOSE_OBJECT,
  COLON,
  COMMA,
  OPEN_LIST,
  OPEN_OBJECT,
  QUOTE,
} from "./json-marks.ts";

/** A member's byte ranges, ends exclusive; the key's with its quotes. */
export interface Member {
  readonly name: string;
  readonly keyStart: number;
  readonly valueStart: number;
  readonly valueEnd: number;
}

/** The last member with this name of the object that begins at `from` (white space before it is skipped), or null. */
export function findMember(bytes: Uint8Array, name: string, from = 0): Member | null {
  let found: Member | null = null;
  eachMember(bytes, from, (member) => {
    if (member.name === name) found = member;
  });
  return found;
}

/** Where the object's `{` stands at or after `from`, or -1. */
export function objectStart(bytes: Uint8Array, from = 0): number {
  const at = skipSpace(bytes, from);
  return bytes[at] === OPEN_OBJECT ? at : -1;
}

/** Replaces the bytes from `start` to `end` with a text; all others stay as they are. */
export function splice(bytes: Uint8Array, start: number, end: number, text: string): Uint8Array<ArrayBuffer> {
  const inserted = new TextEncoder().encode(text);
  const edited = new Uint8Array(bytes.length - (end - start) + inserted.length);
  edited.set(bytes.subarray(0, start));
  edited.set(inserted, start);
  edited.set(bytes.subarray(end), start + inserted.length);
  return edited;
}

/**
 * Sets a member of the object that begins at `from` to a JSON text: where it stands, or else as the object's first. The
 * bytes as they are where there is no object.
 */
export function setMember(
  bytes: Uint8Array<ArrayBuffer>,
  name: string,
  value: string,
  from = 0,
): Uint8Array<ArrayBuffer> {
  const member = findMember(bytes, name, from);
  if (member) return splice(bytes, member.valueStart, member.valueEnd, value);
  const start = objectStart(bytes, from);
  if (start < 0) return bytes;
  const isEmpty = bytes[skipSpace(bytes, start + 1)] === CLOSE_OBJECT;
  return splice(bytes, start + 1, start + 1, `${JSON.stringify(name)}:${value}${isEmpty ? "" : ","}`);
}

/**
 * Lowers a member that holds a number to `ceiling`; one that is lower already and above zero stays, and one that is
 * missing or no number is set. The object begins at `from`.
 */
export function lowerMember(
  bytes: Uint8Array<ArrayBuffer>,
  name: string,
  ceiling: number,
  from = 0,
): Uint8Array<ArrayBuffer> {
  const member = findMember(bytes, name, from);
  const text = member ? textBetween(bytes, member.valueStart, member.valueEnd) : "";
  // Some hosts take numbers in quotes.
  const value = Number(text.replace(/^"|"$/g, ""));
  return value > 0 && value <= ceiling ? bytes : setMember(bytes, name, String(ceiling), from);
}

/** Visits the members of the object that begins at `from` (white space before it is skipped), in their order. */
export function eachMember(bytes: Uint8Array, from: number, visit: (member: Member) => void): void {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = objectStart(bytes, from) + 1;
  if (at === 0) return;
  for (;;) {
    const keyStart = skipSpace(bytes, at);
    if (bytes[keyStart] !== QUOTE) return;
    const keyEnd = stringEnd(bytes, keyStart);
    const colon = skipSpace(bytes, keyEnd);
    if (bytes[colon] !== COLON) return;
    const valueStart = skipSpace(bytes, colon + 1);
    const valueEnd = endOfValue(bytes, valueStart);
    if (valueEnd === valueStart) return;
    visit({ name: nameOf(text, keyStart, keyEnd), keyStart, valueStart, valueEnd });
    const next = skipSpace(bytes, valueEnd);
    if (bytes[next] !== COMMA) return;
    at = next + 1;
  }
}

/** Visits the elements of the list that begins at `from` (white space before it is skipped), in their order; ends exclusive. */
export function eachElement(
  bytes: Uint8Array,
  from: number,
  visit: (start: number, end: number) => void,
): void {
  let at = skipSpace(bytes, from);
  if (bytes[at] !== OPEN_LIST) return;
  do {
    const start = skipSpace(bytes, at + 1);
    const end = endOfValue(bytes, start);
    if (end === start) return;
    visit(start, end);
    at = skipSpace(bytes, end);
  } while (bytes[at] === COMMA);
}

/** Just past the value that begins at `start`; `start` itself where there is none. */
function endOfValue(bytes: Uint8Array, start: number): number {
  let depth = 0;
  for (let at = start; at < bytes.length; at++) {
    switch (bytes[at]) {
      case QUOTE:
        at = stringEnd(bytes, at) - 1;
        if (depth === 0) return at + 1;
        break;
      case OPEN_OBJECT:
      case OPEN_LIST:
        depth++;
        break;
      case CLOSE_OBJECT:
      case CLOSE_LIST:
        if (depth === 0) return trimEnd(bytes, start, at);
        depth--;
        if (depth === 0) return at + 1;
        break;
      case COMMA:
        if (depth === 0) return trimEnd(bytes, start, at);
        break;
    }
  }
  return start;
}

/** Bytes of a string that are looked at one by one: calling the engine's search takes longer than that. */
const NEAR = 32;

/** Just past the closing quote of the string that begins at `start`. The engine searches long ones: most bytes stand there. */
function stringEnd(bytes: Uint8Array, start: number): number {
  let at = start + 1;
  while (at < bytes.length) {
    for (const near = at + NEAR; at < near; at++) {
      const byte = bytes[at];
      if (byte === QUOTE) return at + 1;
      // What it escapes may be a quote.
      if (byte === BACKSLASH) at++;
    }
    const quote = bytes.indexOf(QUOTE, at);
    if (quote < 0) break;
    if (!isEscaped(bytes, quote, at - 1)) return quote + 1;
    at = quote + 1;
  }
  return bytes.length + 1;
}

function isEscaped(bytes: Uint8Array, quote: number, start: number): boolean {
  let at = quote - 1;
  while (at > start && bytes[at] === BACKSLASH) at--;
  return (quote - at) % 2 === 0;
}

/** A key as the parser sees it: escapes count (`strea\u006d` is `stream`). */
function nameOf(text: Buffer, start: number, end: number): string {
  const name = text.toString("utf8", start + 1, end - 1);
  if (!name.includes("\\")) return name;
  try {
    return String(JSON.parse(`"${name}"`));
  } catch {
    // Not a JSON string: it has no name that anybody could ask for.
    return "";
  }
}

function textBetween(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, Math.max(0, end - start)).toString("utf8");
}

function skipSpace(bytes: Uint8Array, from: number): number {
  let at = from;
  while (isSpace(bytes[at])) at++;
  return at;
}

function trimEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = end;
  while (at > start && isSpace(bytes[at - 1])) at--;
  return at;
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
