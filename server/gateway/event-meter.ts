/** The meter of answers that consist of events: finds their ends, has each read, and decides what may pass. */
import { EVENT_FRAMINGS } from "../protocols/framing.ts";
import type { EventSign } from "../protocols/protocol.ts";
import { createByteBuffer, join, latin1, NOTHING } from "./bytes.ts";
import { MAX_EVENT, type Meter, type MeterOptions } from "./meter.ts";

/** Makes the meter of an answer that consists of events. */
export function createEventMeter(
  { reader, hideUsageOnly, maxEvent = MAX_EVENT }: MeterOptions,
  framing: keyof typeof EVENT_FRAMINGS,
): Meter {
  const { createScanner, readEvent } = EVENT_FRAMINGS[framing];
  const scanner = createScanner();
  const { reading } = reader;
  /** Whole events that may be the last, or the last and what follows it. */
  let held: Uint8Array[] = [];
  /** The beginning of an event whose end has not come. */
  const partial = createByteBuffer();
  /** Whether the event at hand is too large to be read. */
  let isSkipping = false;
  let isFinished = false;
  let isReleased = false;
  let hasBegun = false;

  return {
    reading,
    isUnread: false,
    get hasBegun() {
      return hasBegun;
    },
    get finished() {
      return isFinished;
    },
    get holding() {
      return held.length > 0;
    },
    feed,
    release() {
      if (!isReleased && !isFinished && partial.length > 0) {
        const sign = readEvent(latin1(partial.view()), read);
        const bytes = partial.take();
        if (!(sign === "usage-only" && hideUsageOnly)) held.push(bytes);
      }
      isReleased = true;
      return takeHeld();
    },
    breakOff() {
      isReleased = true;
      partial.take();
      return takeHeld();
    },
  };

  function feed(chunk: Uint8Array): Uint8Array {
    if (isReleased) return chunk;
    if (isFinished) {
      held.push(chunk);
      return NOTHING;
    }
    const text = latin1(chunk);
    const out: Uint8Array[] = [];
    /** Where the run of bytes that go out as they are begins, and where the event at hand does. */
    let runStart = 0;
    let start = 0;
    for (let end = scanner.next(text, 0); end !== -1; end = scanner.next(text, end)) {
      const sign = signOf(text, start, end);
      if (sign === "more") {
        if (held.length > 0) out.push(takeHeld());
        if (partial.length > 0) out.push(partial.take());
        start = end;
        continue;
      }
      if (start > runStart) out.push(chunk.subarray(runStart, start));
      const event = withPartial(chunk.subarray(start, end));
      start = end;
      runStart = end;
      if (sign === "last") {
        held.push(event, chunk.subarray(end));
        isFinished = true;
        return join(out);
      }
      if (sign === "usage-only" && hideUsageOnly) continue;
      if (held.length > 0) out.push(takeHeld());
      held.push(event);
    }

    if (isSkipping || partial.length + chunk.length - start > maxEvent) {
      isSkipping = true;
      if (held.length > 0) out.push(takeHeld());
      if (partial.length > 0) out.push(partial.take());
      start = chunk.length;
    } else if (start < chunk.length) {
      partial.append(chunk.subarray(start));
    }
    if (out.length === 0 && runStart === 0 && start === chunk.length) return chunk;
    if (start > runStart) out.push(chunk.subarray(runStart, start));
    return join(out);
  }

  function read(name: string | null, data: string): EventSign {
    const sign = reader.readEvent(name, data);
    hasBegun ||= reading.error === null;
    return sign;
  }

  /** What the event that ends at `end` means. One without data is as important as the event before it. */
  function signOf(text: string, start: number, end: number): EventSign {
    if (isSkipping) {
      isSkipping = false;
      return "more";
    }
    const beginning = partial.length === 0 ? "" : latin1(partial.view());
    const event = beginning + text.slice(start, end);
    return readEvent(event, read) ?? (held.length > 0 ? "maybe-last" : "more");
  }

  function withPartial(bytes: Uint8Array): Uint8Array {
    return partial.length === 0 ? bytes : join([partial.take(), bytes]);
  }

  function takeHeld(): Uint8Array {
    const bytes = join(held);
    held = [];
    return bytes;
  }
}
