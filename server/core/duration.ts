/** Milliseconds, the one unit of time spans; instants are milliseconds since 1970 UTC. */
export type Millis = number;
export type Instant = number;
export type Bytes = number;

const MILLIS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const BYTES: Record<string, number> = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 };

/** `30s`, `1.5h`, `250ms` or plain milliseconds; null when it is not a duration. */
export function parseDuration(text: string | number): Millis | null {
  return parseQuantity(text, /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)?$/, MILLIS);
}

/** `64MiB`, `10KiB` or plain bytes; null when it is not a size. */
export function parseSize(text: string | number): Bytes | null {
  return parseQuantity(text, /^(\d+(?:\.\d+)?)\s*(B|KiB|MiB|GiB)?$/, BYTES);
}

function parseQuantity(text: string | number, form: RegExp, units: Record<string, number>): number | null {
  const match = form.exec(String(text).trim());
  if (!match?.[1]) return null;
  return Math.round(Number(match[1]) * (match[2] ? (units[match[2]] ?? 1) : 1));
}

/**
 * An instant from ISO 8601 or relative to now (`24h`: that long ago; `now`); null when it is neither.
 * A date or time without an offset is UTC.
 */
export function parseInstant(text: string, now: Instant): Instant | null {
  if (text === "now") return now;
  const span = /[a-z]$/.test(text) ? parseDuration(text) : null;
  return span !== null ? now - span : parseTime(text);
}

const ISO_TIME =
  /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?)\s?(Z|[+-]\d{2}:?\d{2})?)?$/i;

/**
 * An instant from an ISO 8601 date or time, also with a space in the place of its `T`; null when it is none, or a date that no
 * calendar has. Without an offset it is UTC.
 */
export function parseTime(text: string): Instant | null {
  const [, date, time = "00:00", offset = "Z"] = ISO_TIME.exec(text) ?? [];
  if (date === undefined) return null;
  // Read otherwise, 30 February is 2 March.
  const day = Date.parse(`${date}T00:00Z`);
  if (Number.isNaN(day) || !new Date(day).toISOString().startsWith(date)) return null;
  const instant = Date.parse(`${date}T${time.replace(",", ".")}${offset.toUpperCase()}`);
  return Number.isNaN(instant) ? null : instant;
}
