/** How many pages a PDF can have, without rendering it. ISO 32000-1, 7.7.3 (page tree) and 7.5.7 (object streams). */
import type { Bytes } from "../core/duration.ts";
import { type InflateAllowance, readObjectStreams } from "./pdf-objects.ts";

/** Most pages that a provider reads of one file (Gemini's limit, the highest). */
const MAX_PAGES = 1_000;
/** Bytes that a page takes at the very least where the page tree itself cannot be read. */
const SMALLEST_PAGE: Bytes = 64;

/**
 * An upper bound of the pages, in one pass over the bytes and what `allowance` lets be inflated of them. Every page is
 * named in some `/Kids` list and counted in `/Count`; where these can be hidden (object streams that cannot be read,
 * escaped names, lists that stand elsewhere) the size is the bound.
 */
export function pagesAtMost(bytes: Buffer, allowance: InflateAllowance): number {
  const bySize = Math.min(MAX_PAGES, Math.max(1, Math.ceil(bytes.length / SMALLEST_PAGE)));
  const text = bytes.toString("latin1");
  const objects = readObjectStreams(bytes, text, allowance);
  if (objects === null) return bySize;

  let named = 0;
  let counted = 0;
  for (const readable of [text, ...objects]) {
    if (escapesName(readable)) return bySize;
    for (const [, list] of readable.matchAll(KIDS)) {
      if (list === undefined) return bySize;
      named += list.match(REFERENCE)?.length ?? 0;
    }
    for (const [, count] of readable.matchAll(COUNT)) counted = Math.max(counted, Number(count));
  }
  const found = Math.max(named, counted);
  return found === 0 ? bySize : Math.min(MAX_PAGES, found);
}

/** Whether one of the names that count is written with a letter as a number, as in `/#4bids`. */
function escapesName(text: string): boolean {
  for (const [name] of text.matchAll(ESCAPED_NAME)) {
    const plain = name.replace(/#([0-9A-Fa-f]{2})/g, (_, code) =>
      String.fromCharCode(Number.parseInt(code, 16)),
    );
    if (COUNTING.test(plain)) return true;
  }
  return false;
}

const ESCAPED_NAME = /\/[A-Za-z]{0,8}#[0-9A-Fa-f]{2}[A-Za-z0-9#]{0,24}/g;
const COUNTING = /^\/(?:Kids|Count|ObjStm|Encrypt)/;
const KIDS = /\/Kids(?:\s{0,100}\[([^\]]*)\])?/g;
const REFERENCE = /\bR\b/g;
const COUNT = /\/Count\s{0,100}(\d{1,9})/g;
