/** The object streams of a PDF, in which most programs put the page tree: inflated, within bounds (ISO 32000-1, 7.5.7). */
import { inflateSync } from "node:zlib";
import type { Bytes } from "../core/duration.ts";

/** What may still be inflated for one request: a file of kilobytes can hold gigabytes. */
export interface InflateAllowance {
  left: Bytes;
}

/** The object streams of thousands of pages; a few tens of milliseconds where all of it is used. */
const ALLOWED: Bytes = 8 * 1_024 * 1_024;
/** An empty stream costs its setting up. */
const LEAST_COST: Bytes = 2_048;
/** Longest dictionary of a stream that is looked at. */
const MAX_HEAD: Bytes = 1_024;

const MARK = "/ObjStm";
const START = /^stream(?:\r\n|\n|\r)/;

/** What one request may have inflated. */
export function createAllowance(): InflateAllowance {
  return { left: ALLOWED };
}

/**
 * The text of each object stream; none where there is none. Null where one cannot be read: it is encoded in another way
 * or encrypted, or `allowance` does not suffice. `text` is `bytes` as Latin-1.
 */
export function readObjectStreams(
  bytes: Buffer,
  text: string,
  allowance: InflateAllowance,
): readonly string[] | null {
  const streams: string[] = [];
  let mark = text.indexOf(MARK);
  // What is encrypted looks like any other stream.
  if (mark >= 0 && text.includes("/Encrypt")) return null;
  while (mark >= 0) {
    const start = text.indexOf("stream", mark);
    const end = start < 0 ? -1 : text.indexOf("endstream", start);
    if (end < 0 || start - mark > MAX_HEAD) return null;
    const head = headOf(text, mark, start);
    const [opening] = START.exec(text.slice(start, start + MARK.length + 1)) ?? [];
    if (opening === undefined || !isDeflated(head)) return null;
    const inflated = inflate(bytes.subarray(start + opening.length, end), allowance);
    if (inflated === null) return null;
    streams.push(inflated);
    mark = text.indexOf(MARK, end);
  }
  return streams;
}

/** The dictionary around a mark: from where its object begins. */
function headOf(text: string, mark: number, start: number): string {
  const before = text.slice(Math.max(0, mark - MAX_HEAD), mark);
  return before.slice(before.lastIndexOf("obj") + 1) + text.slice(mark, start);
}

/** Whether Flate is the one filter, and what it gives is the text as it is. */
function isDeflated(head: string): boolean {
  const [, filters = ""] = /\/Filter\s*(\[[^\]]*\]|\/\w+)/.exec(head) ?? [];
  const names = filters.match(/\w+/g) ?? [];
  const [name, ...others] = names;
  return (name === "FlateDecode" || name === "Fl") && others.length === 0 && !PARAMETERS.test(head);
}

/** What was done to the text before it was deflated. */
const PARAMETERS = /\/(?:DecodeParms|DP)\b/;

function inflate(deflated: Buffer, allowance: InflateAllowance): string | null {
  if (allowance.left <= 0) return null;
  try {
    const inflated = inflateSync(deflated, { maxOutputLength: allowance.left });
    allowance.left -= Math.max(LEAST_COST, inflated.length);
    return inflated.toString("latin1");
  } catch {
    // Broken, or more than is allowed: the size of the file has to do.
    allowance.left = 0;
    return null;
  }
}
