/**
 * Reads along with an answer while its bytes pass. What the client may have comes out of `feed`: whole events, byte for
 * byte. The event that may be the last stays here until the call is settled (SPEC 14.1).
 */
import { parseJson } from "../protocols/json.ts";
import type { AnswerReader, AnswerReading, Framing } from "../protocols/protocol.ts";
import { stripMark } from "../protocols/scanner.ts";
import { createByteBuffer, join, latin1, NOTHING } from "./bytes.ts";
import { createEventMeter } from "./event-meter.ts";

export interface MeterOptions {
  readonly reader: AnswerReader;
  readonly framing: Framing;
  /** Drop the chunk that carries nothing but usage: the gateway asked for it, the client did not. */
  readonly hideUsageOnly: boolean;
  /** Bytes of the largest event that is read; a larger one passes unread. 16 MiB unless told. */
  readonly maxEvent?: number;
}

export interface Meter {
  /** Takes the next bytes of the upstream and returns those that the client may have now. */
  feed(chunk: Uint8Array): Uint8Array;
  /** Whether the final event has come: it and all that follows stays here until `release`. */
  readonly finished: boolean;
  /** Whether a whole event is held back because it may be the last. */
  readonly holding: boolean;
  /** Everything that was held back. At the end of the body, a last unterminated event is read first. */
  release(): Uint8Array;
  /** The whole events that were held back, when the body broke off: the beginning of a further one is dropped. */
  breakOff(): Uint8Array;
  readonly reading: AnswerReading;
  /** Whether the answer passed without being read: what it used is unknown. */
  readonly isUnread: boolean;
  /** Whether an event has come that was no error. */
  readonly hasBegun: boolean;
}

/** Bytes of the largest event or document that is read unless told otherwise. */
export const MAX_EVENT = 16 * 1024 * 1024;

/** Makes the meter of one answer. After `release`, later bytes pass unread. */
export function createMeter(options: MeterOptions): Meter {
  switch (options.framing) {
    case "opaque":
      return createBlindMeter(options.reader.reading);
    case "whole":
      return createWholeMeter(options);
    default:
      return createEventMeter(options, options.framing);
  }
}

/**
 * Reads an answer that came whole. Padding and a byte order mark are no obstacle; false for what is not JSON, which
 * leaves the reading as it was.
 */
export function readWhole(reader: AnswerReader, bytes: Uint8Array): boolean {
  const document = parseJson(stripMark(latin1(bytes)));
  if (document === undefined) return false;
  reader.readAnswer(document);
  return true;
}

/** An answer that is one document: kept, and read when it is complete. One that is too large passes unread. */
function createWholeMeter({ reader, maxEvent = MAX_EVENT }: MeterOptions): Meter {
  const document = createByteBuffer();
  let blind: Meter | null = null;
  let isReleased = false;
  let isUnread = false;
  return {
    reading: reader.reading,
    finished: false,
    hasBegun: false,
    get isUnread() {
      return isUnread;
    },
    get holding() {
      return document.length > 0 || blind?.holding === true;
    },
    feed(chunk) {
      if (isReleased) return chunk;
      if (blind) return blind.feed(chunk);
      document.append(chunk);
      if (document.length <= maxEvent) return NOTHING;
      blind = createBlindMeter(reader.reading);
      isUnread = true;
      return blind.feed(document.take());
    },
    release() {
      isReleased = true;
      if (blind) return blind.release();
      isUnread = !readWhole(reader, document.view());
      return document.take();
    },
    breakOff() {
      isReleased = true;
      return blind ? blind.release() : document.take();
    },
  };
}

/** Reads nothing; the last byte waits for the settlement. */
function createBlindMeter(reading: AnswerReading): Meter {
  let last: Uint8Array = NOTHING;
  let isReleased = false;
  const release = (): Uint8Array => {
    isReleased = true;
    const bytes = last;
    last = NOTHING;
    return bytes;
  };
  return {
    reading,
    isUnread: true,
    finished: false,
    hasBegun: false,
    release,
    breakOff: release,
    get holding() {
      return last.length > 0;
    },
    feed(chunk) {
      if (isReleased || chunk.length === 0) return chunk;
      const out = join([last, chunk.subarray(0, -1)]);
      last = chunk.subarray(-1);
      return out;
    },
  };
}
