/**
 * Allowed hours (SPEC 2): whole hours of a time zone in which an agent may call; the end is exclusive and may lie before
 * the start, then they cross midnight. What counts is the hour that a clock in the zone shows: an hour that daylight
 * saving skips is not there, one that it repeats counts twice. Pure: the clock is an argument.
 */
import type { Instant, Millis } from "./duration.ts";
import type { AllowedHours } from "./settings.ts";

const HOUR: Millis = 3_600_000;
/** Offsets change at quarter hours of UTC only, so within a quarter the local hour stays the same. */
const QUARTER: Millis = 900_000;

interface Zone {
  readonly format: Intl.DateTimeFormat;
  quarter: number;
  hour: number;
}

/** What was asked last in each zone: saves the hot path the work of Intl, and changes no answer. */
const zones = new Map<string, Zone>();

/** Whether calls may begin now. Throws a RangeError for a zone that does not exist. */
export function isAllowed(hours: AllowedHours, zone: string, now: Instant): boolean {
  return holds(hours, hourOfDay(zone, now));
}

/** The hour that a clock in the zone shows, 0 to 23. Throws a RangeError for a zone that does not exist. */
export function hourOfDay(zone: string, now: Instant): number {
  const known = findZone(zone);
  const quarter = Math.floor(now / QUARTER);
  if (known.quarter !== quarter) {
    known.hour = hourAt(now, known);
    known.quarter = quarter;
  }
  return known.hour;
}

/** When calls may begin next: `now` itself when they may already. Throws a RangeError for a zone that does not exist. */
export function opensAt(hours: AllowedHours, zone: string, now: Instant): Instant {
  const known = findZone(zone);
  let hour = hourAt(now, known);
  if (holds(hours, hour)) return now;
  let quarter = Math.floor(now / QUARTER) * QUARTER;
  while (!holds(hours, hour)) {
    // Clocks jump by two hours at the most. So hours can be left out where neither the start is so near that they might
    // skip it, nor the end, that they might fall back behind it; near those it goes by quarters.
    const ahead = (hours.start - hour + 24) % 24;
    const behind = (hour - hours.end + 24) % 24;
    quarter += ahead > 3 && behind > 1 ? (ahead - 3) * HOUR : QUARTER;
    hour = hourAt(quarter, known);
  }
  return quarter;
}

function holds({ start, end }: AllowedHours, hour: number): boolean {
  return start < end ? hour >= start && hour < end : hour >= start || hour < end;
}

function findZone(name: string): Zone {
  const known = zones.get(name);
  if (known) return known;
  const format = new Intl.DateTimeFormat("en-US", { timeZone: name, hour: "numeric", hourCycle: "h23" });
  const zone = { format, quarter: Number.NaN, hour: 0 };
  zones.set(name, zone);
  return zone;
}

function hourAt(t: Instant, zone: Zone): number {
  return Number(zone.format.format(t));
}
