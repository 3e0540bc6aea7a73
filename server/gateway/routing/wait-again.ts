/** The wait before a target is asked once more (SPEC 12.5). */
import type { Millis } from "../../core/duration.ts";
import type { Call } from "../call.ts";
import type { Every } from "../watchdog.ts";

/**
 * Resolves when the time is over; at once where nobody is left to wait for: the client has gone, somebody has ended the
 * call, or the gateway shuts down.
 */
export function waitAgain(
  call: Call,
  wait: Millis,
  { every, closing }: { readonly every: Every; readonly closing: AbortSignal },
): Promise<void> {
  if (wait === 0 || closing.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      stop();
      call.onStop = null;
      closing.removeEventListener("abort", done);
      resolve();
    };
    const stop = every(wait, done);
    // The provider has answered: it is not late meanwhile.
    call.deadline = Number.POSITIVE_INFINITY;
    call.onStop = done;
    closing.addEventListener("abort", done);
  });
}
