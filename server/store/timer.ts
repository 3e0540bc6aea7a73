import type { Millis } from "../core/duration.ts";

export type Timer = ReturnType<typeof setTimeout>;

/** A timer that keeps no process alive. */
export function startTimer(act: () => void, after: Millis): Timer {
  const timer = setTimeout(act, after);
  timer.unref();
  return timer;
}
