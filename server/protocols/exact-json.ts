/**
 * JSON whose long numbers stay as they are written: databases number their rows in 19 digits, and a JavaScript number is
 * sure of 15. Such a number is read as the engine's raw JSON, which `JSON.stringify` writes as it came.
 */
import { parseJson } from "./json.ts";
import { hasManyValues } from "./json-values.ts";

declare global {
  interface JSON {
    /** A number's text as a value. https://tc39.es/proposal-json-parse-with-source/#sec-json.rawjson */
    rawJSON(text: string): { readonly rawJSON: string };
    isRawJSON(value: unknown): value is { readonly rawJSON: string };
  }
}

/** Texts of numbers that are shorter are held exactly, unless they are beyond all bounds (`1e400`). */
const LONG = 16;
const HUGE = /[eE][+-]?\d{3}/;
/** Where a document may have such a number: found in most texts without one in a fraction of the time of parsing. */
const LONG_NUMBER = /[\s:,[-]\d(?:[\d.eE+-]{14}|[\d.]*[eE][+-]?\d{3})/;

/**
 * What `parseJson` gives, its long numbers raw. For what is carried over and written again (SPEC 12.3): reading takes up to
 * twenty times as long where there are any. Where there are too many values for that, or they stand too deep in each other,
 * all are numbers: no request is carried over that has so many, and nothing is from such depth.
 */
export function parseExactly(text: string): unknown {
  const document = parseJson(text);
  if (document === undefined || !LONG_NUMBER.test(text) || hasManyValues([text])) return document;
  try {
    return JSON.parse(text, keepLong);
  } catch {
    // The engine's stack ends before its parser does.
    return document;
  }
}

/** The value as the number that it is for JavaScript, where it was kept raw: for what is read, and not carried over. */
export function roundRaw(value: unknown): unknown {
  return JSON.isRawJSON(value) ? Number(value.rawJSON) : value;
}

function keepLong(_name: string, value: unknown, context?: { readonly source: string }): unknown {
  if (typeof value !== "number" || !context) return value;
  const { source } = context;
  return source.length >= LONG || HUGE.test(source) ? JSON.rawJSON(source) : value;
}
