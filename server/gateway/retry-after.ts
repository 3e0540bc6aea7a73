/** How long an upstream asks to be left alone. */
import type { Instant, Millis } from "../core/duration.ts";

/** The dates of RFC 9110 §5.6.7: `Sun, 06 Nov 1994 08:49:37 GMT` and its two obsolete forms. */
const DATE = /^(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?,? [\w :-]+$/;
const NUMBER = /^\d+(?:\.\d+)?$/;

/**
 * From `retry-after-ms`, which OpenAI's SDKs prefer, else from `Retry-After` in seconds or as a date (RFC 9110 §10.2.3).
 * Null when the answer has neither, or one that cannot be read; 0 when the date has passed.
 */
export function readRetryAfter(headers: Headers, now: Instant): Millis | null {
  const millis = headers.get("retry-after-ms")?.trim();
  if (millis && NUMBER.test(millis)) return Math.ceil(Number(millis));
  const text = headers.get("retry-after")?.trim();
  if (!text) return null;
  if (NUMBER.test(text)) return Math.ceil(Number(text) * 1000);
  if (!DATE.test(text)) return null;
  // The form of C's asctime names no zone; it is GMT like the others.
  const instant = Date.parse(text.endsWith("GMT") ? text : `${text} GMT`);
  return Number.isNaN(instant) ? null : Math.max(0, instant - now);
}
