/**
 * Where a local hour and a local day began, in an IANA time zone. Buckets of spend are keyed by these instants, so an
 * hour that daylight saving repeats is two buckets, and a day may have 23 or 25 hours.
 */
import type { Instant, Millis } from "./duration.ts";

const MINUTE: Millis = 60_000;
const HOUR: Millis = 3_600_000;
const DAY: Millis = 86_400_000;
/** Offsets change at quarter hours of UTC only, so an answer holds for the quarter it was asked in. */
const QUARTER: Millis = 900_000;

interface Zone {
  readonly format: Intl.DateTimeFormat;
  readonly hour: Memo;
  readonly day: Memo;
}
interface Memo {
  quarter: number;
  start: Instant;
}

/** What was asked last in each zone: saves the hot path the work of Intl, and changes no answer. */
const zones = new Map<string, Zone>();

/** The instant at which the local hour of `t` began. Throws a RangeError for a zone that does not exist. */
export function hourStart(t: Instant, zone: string): Instant {
  const known = findZone(zone);
  return remember(known.hour, t, () => findHourStart(t, known));
}

/** The instant at which the local day of `t` began. Throws a RangeError for a zone that does not exist. */
export function dayStart(t: Instant, zone: string): Instant {
  const known = findZone(zone);
  return remember(known.day, t, () => findDayStart(t, known));
}

/** The instant at which the next local hour begins. */
export function hourEnd(t: Instant, zone: string): Instant {
  return nextStart(t, (at) => hourStart(at, zone));
}

/** The instant at which the next local day begins. */
export function dayEnd(t: Instant, zone: string): Instant {
  return nextStart(t, (at) => dayStart(at, zone));
}

function nextStart(t: Instant, startOf: (at: Instant) => Instant): Instant {
  const current = startOf(t);
  let at = (Math.floor(t / QUARTER) + 1) * QUARTER;
  while (startOf(at) === current) at += QUARTER;
  return startOf(at);
}

function findZone(name: string): Zone {
  const known = zones.get(name);
  if (known) return known;
  const format = new Intl.DateTimeFormat("en-US", { timeZone: name, timeZoneName: "longOffset" });
  const zone = { format, hour: { quarter: Number.NaN, start: 0 }, day: { quarter: Number.NaN, start: 0 } };
  zones.set(name, zone);
  return zone;
}

function remember(memo: Memo, t: Instant, find: () => Instant): Instant {
  const quarter = Math.floor(t / QUARTER);
  if (memo.quarter !== quarter) {
    memo.start = find();
    memo.quarter = quarter;
  }
  return memo.start;
}

function findHourStart(t: Instant, zone: Zone): Instant {
  const offset = offsetAt(t, zone);
  const start = Math.floor((t + offset) / HOUR) * HOUR - offset;
  return firstWhere(start, t, (s) => offsetAt(s, zone) === offset);
}

function findDayStart(t: Instant, zone: Zone): Instant {
  const dateAt = (s: Instant) => Math.floor((s + offsetAt(s, zone)) / DAY);
  const date = dateAt(t);
  return firstWhere(t - DAY - 3 * HOUR, t, (s) => dateAt(s) === date);
}

/** The first whole minute in [from, to] from which `holds` is true on; it is true at `to`. */
function firstWhere(from: Instant, to: Instant, holds: (s: Instant) => boolean): Instant {
  let low = Math.floor(from / MINUTE);
  let high = Math.floor(to / MINUTE);
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle * MINUTE)) high = middle;
    else low = middle + 1;
  }
  return low * MINUTE;
}

/** Local time minus UTC, in milliseconds. */
function offsetAt(t: Instant, zone: Zone): Millis {
  const match = /GMT([+-])(\d{2}):(\d{2})/.exec(zone.format.format(t));
  if (!match) return 0;
  const size = Number(match[2]) * HOUR + Number(match[3]) * MINUTE;
  return match[1] === "-" ? -size : size;
}
