import { type Accessor, createSignal, onCleanup } from "solid-js";

/** The present, moving on each second: for everything that says how long ago. */
export function createClock(): Accessor<number> {
  const [now, setNow] = createSignal(Date.now());
  const timer = setInterval(() => setNow(Date.now()), 1000);
  onCleanup(() => clearInterval(timer));
  return now;
}
