/** For how long a request lets its input be written to a cache: writing costs more than reading fresh, an hour the most. */
import type { CacheWrite } from "../core/price.ts";
import { type Json, objectOf } from "./json.ts";

const MEMBER = "cache_control";

/**
 * What the dearest `cache_control` anywhere in a request asks for, `unasked` where none stands in it. `text` is the
 * same document: most have no such member, and are not looked through.
 */
export function cacheWriteOf(request: Json, text: string, unasked: "none" | "short"): CacheWrite {
  // An escaped letter may hide the name from the search.
  if (!text.includes(MEMBER) && !text.includes("\\u00")) return unasked;
  let found: CacheWrite = unasked;
  const open: unknown[] = [request];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value !== "object" || value === null) continue;
    const control = objectOf(objectOf(value)?.[MEMBER]);
    if (control) found = "short";
    if (control && !isShort(control.ttl)) return "hour";
    for (const inner of Object.values(value)) open.push(inner);
  }
  return found;
}

/** Five minutes is the usual; what is not known may be longer. */
function isShort(ttl: unknown): boolean {
  return ttl === undefined || ttl === null || ttl === "5m";
}
