/** What is under way in a gateway: requests that have not been answered, and calls, whose answers may go on for longer. */
import type { Call } from "./call.ts";

export interface Underway {
  readonly calls: ReadonlySet<Call>;
  /** A request has come; the returned function is called once it is answered, whether it became a call or not. */
  visit(): () => void;
  /** A call has begun; the returned function is called once its answer is over in every respect. */
  begin(call: Call): () => void;
  /** Resolves as soon as nothing is under way. */
  idle(): Promise<void>;
}

/** Nothing yet. */
export function createUnderway(): Underway {
  const calls = new Set<Call>();
  let visits = 0;
  const waiting: (() => void)[] = [];

  function noteIdle(): void {
    if (visits > 0 || calls.size > 0) return;
    for (const resolve of waiting.splice(0)) resolve();
  }

  return {
    calls,
    visit() {
      visits++;
      return () => {
        visits--;
        noteIdle();
      };
    },
    begin(call) {
      calls.add(call);
      return () => {
        calls.delete(call);
        noteIdle();
      };
    },
    idle() {
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.push(resolve);
      noteIdle();
      return promise;
    },
  };
}
