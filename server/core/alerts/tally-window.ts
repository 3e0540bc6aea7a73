/** Counts over a window that slides along, in a few slots: O(1) for each thing that is counted, bounded whatever happens. */
import type { Instant, Millis } from "../duration.ts";

const SLOTS = 10;

/** Up to a tenth of the window beyond it is counted as well. */
export interface TallyWindow {
  readonly slots: { start: Instant; total: number; marked: number }[];
}

export interface Counted {
  readonly total: number;
  /** Those of them that stand out, such as errors among calls. */
  readonly marked: number;
}

/** Nothing counted yet. */
export function createTallyWindow(): TallyWindow {
  return { slots: [] };
}

/** Counts so many at this instant. Changes the window. */
export function count(
  { slots }: TallyWindow,
  window: Millis,
  now: Instant,
  total: number,
  marked: number,
): void {
  const start = Math.floor(now / (window / SLOTS));
  const slot = slots[start % SLOTS];
  if (slot?.start === start) {
    slot.total += total;
    slot.marked += marked;
  } else slots[start % SLOTS] = { start, total, marked };
}

/** What was counted within the window. Slots from before the clock was set back count no more. */
export function countsOf({ slots }: TallyWindow, window: Millis, now: Instant): Counted {
  const last = Math.floor(now / (window / SLOTS));
  return slots.reduce<Counted>(
    (sum, slot) => {
      // Slots that were never filled are holes, which `reduce` leaves out.
      if (slot.start > last || slot.start <= last - SLOTS) return sum;
      return { total: sum.total + slot.total, marked: sum.marked + slot.marked };
    },
    { total: 0, marked: 0 },
  );
}
