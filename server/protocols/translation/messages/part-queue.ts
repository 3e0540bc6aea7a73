/**
 * The parts of a stream one after the other. This format's clients take every piece for one of the block that began last:
 * a part that begins while another is open waits until that one has ended.
 */
import type { NeutralEvent } from "../form.ts";

/** An event that belongs to a part. */
export type PartEvent = Extract<NeutralEvent, { readonly index: number }>;

export interface PartQueue {
  /** What can be told now that this has happened, in order. */
  add(event: PartEvent): readonly PartEvent[];
  /** All that has waited; what is open ends. */
  flush(): readonly PartEvent[];
}

/** A queue in which nothing waits. */
export function createPartQueue(): PartQueue {
  const waiting = new Map<number, PartEvent[]>();
  let open: number | null = null;

  return {
    add(event) {
      if (open === null && event.kind === "part-start") {
        open = event.index;
        return [event];
      }
      if (event.index === open) return event.kind === "part-end" ? [event, ...takeNext()] : [event];
      if (event.kind === "part-start") waiting.set(event.index, [event]);
      else waiting.get(event.index)?.push(event);
      return [];
    },
    flush() {
      const events: PartEvent[] = [];
      while (open !== null) events.push({ kind: "part-end", index: open }, ...takeNext());
      return events;
    },
  };

  /** The parts that have waited, up to the first that has not ended: that one is open now. */
  function takeNext(): readonly PartEvent[] {
    const taken: PartEvent[] = [];
    open = null;
    for (const [index, events] of waiting) {
      waiting.delete(index);
      taken.push(...events);
      if (events.at(-1)?.kind === "part-end") continue;
      open = index;
      break;
    }
    return taken;
  }
}
