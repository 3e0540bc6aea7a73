/** Hands a whole answer to its client, however slowly that reads. */
import type { Bytes, Instant, Millis } from "../core/duration.ts";
import { type BodyMemory, releaseBody } from "./body.ts";
import type { Call } from "./call.ts";

export interface DeliveryContext {
  readonly now: () => Instant;
  readonly idleTimeout: Millis;
  /** What the answer was taken of. */
  readonly memory: BodyMemory;
  /** The answer is over in every respect. */
  closed(): void;
}

/** What is handed on in one go. */
const PIECE: Bytes = 256 * 1024;

/**
 * The body of a settled answer. A larger one leaves piece by piece as the client reads, holds its memory until then, and
 * is watched: a client that stops reading is cut off.
 */
export function deliver(
  call: Call,
  bytes: Uint8Array<ArrayBuffer>,
  { now, idleTimeout, memory, closed }: DeliveryContext,
): Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> {
  let at = 0;
  let isOpen = true;
  if (bytes.length <= PIECE) {
    close();
    return bytes;
  }
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        waitForClient();
        call.onStop = () => {
          close();
          controller.error(new Error("The client stopped reading."));
        };
      },
      pull(controller) {
        controller.enqueue(bytes.subarray(at, at + PIECE));
        at += PIECE;
        waitForClient();
        if (at < bytes.length) return;
        close();
        controller.close();
      },
      cancel: close,
    },
    { highWaterMark: 0 },
  );

  function waitForClient(): void {
    call.waitingFor = "client";
    call.deadline = now() + idleTimeout;
  }

  function close(): void {
    if (!isOpen) return;
    isOpen = false;
    call.onStop = null;
    releaseBody(memory, bytes.length);
    closed();
  }
}
