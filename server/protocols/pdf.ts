/** How many pages a PDF can have, without rendering it. ISO 32000-1, 7.7.3 (page tree) and 7.5.7 (object streams). */

/** Most pages that a provider reads of one file (Gemini's limit, the highest). */
const MAX_PAGES = 1_000;
/** Bytes that a page takes at the very least where the page tree itself is compressed. */
const SMALLEST_PAGE = 64;

/**
 * An upper bound of the pages, in one pass over the bytes. Every page is named in some `/Kids` list and counted in
 * `/Count`; where these can be hidden (object streams, escaped names, lists that stand elsewhere) the size is the bound.
 */
export function pagesAtMost(bytes: Buffer): number {
  const bySize = Math.min(MAX_PAGES, Math.max(1, Math.ceil(bytes.length / SMALLEST_PAGE)));
  const text = bytes.toString("latin1");
  if (text.includes("/ObjStm") || ESCAPED_NAME.test(text)) return bySize;

  let named = 0;
  for (const [, list] of text.matchAll(KIDS)) {
    if (list === undefined) return bySize;
    named += list.match(REFERENCE)?.length ?? 0;
  }
  let counted = 0;
  for (const [, count] of text.matchAll(COUNT)) counted = Math.max(counted, Number(count));
  const found = Math.max(named, counted);
  return found === 0 ? bySize : Math.min(MAX_PAGES, found);
}

/** A name of which a letter is written as a number, as in `/#4bids`. */
const ESCAPED_NAME = /\/[A-Za-z]{0,8}#[0-9A-Fa-f]{2}/;
const KIDS = /\/Kids(?:\s{0,100}\[([^\]]*)\])?/g;
const REFERENCE = /\bR\b/g;
const COUNT = /\/Count\s{0,100}(\d{1,9})/g;
