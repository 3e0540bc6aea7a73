/** Periods as the rollups can tell them: whole hours, told by whole days where there are any. Pure. */
import { dayEnd, dayStart, hourEnd, hourStart } from "../core/calendar.ts";
import type { Instant } from "../core/duration.ts";
import type { Grain } from "../store/store.ts";

/** From its beginning to before its end. */
export interface Period {
  readonly from: Instant;
  readonly to: Instant;
}

/** A part of a period, and the rollup that tells it. */
export interface Part extends Period {
  readonly grain: Grain;
}

/** The whole hours that the period touches. Throws a RangeError for a zone that does not exist. */
export function widenToHours({ from, to }: Period, zone: string): Period {
  const last = hourStart(to, zone);
  return { from: hourStart(from, zone), to: last === to ? to : hourEnd(to, zone) };
}

/** The parts of a period of whole hours, oldest first: its whole days by the day, what is beside them by the hour. */
export function splitPeriod({ from, to }: Period, zone: string): Part[] {
  const first = dayStart(from, zone) === from ? from : dayEnd(from, zone);
  const last = dayStart(to, zone);
  if (first >= last) return [{ grain: "hours", from, to }];
  const parts: Part[] = [
    { grain: "hours", from, to: first },
    { grain: "days", from: first, to: last },
    { grain: "hours", from: last, to },
  ];
  return parts.filter((part) => part.from < part.to);
}
