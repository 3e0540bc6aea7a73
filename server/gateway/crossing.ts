/** A call's way through its circuit breakers, from taking its place to the one ending (SPEC 9). */
import type { Instant } from "../core/duration.ts";

/** A call's place in one breaker. Who holds it says each thing once, and in order. */
export interface Place {
  /** A 2xx and its first byte. */
  succeed(now: Instant): void;
  /** The upstream failed; `begun`: after a `succeed`, so it is a stream that died. */
  fail(now: Instant, begun: boolean): void;
  /** Decided nothing: a probe is owed again. Never after a `succeed`. */
  giveBack(): void;
}

/** Each of these is safe at any time: what comes twice or too late changes nothing. */
export interface Crossing {
  /** A 2xx and its first byte. */
  succeed(now: Instant): void;
  /** The upstream failed: the ending. After a `succeed` it is a stream that died. */
  fail(now: Instant): void;
  /** Nothing more is to be told: the ending. Without a `succeed` the call has decided nothing, and a probe is owed again. */
  giveBack(): void;
}

/** Tells every place what becomes of the call. One of `fail` and `giveBack`, or `succeed` alone, must come. */
export function createCrossing(places: readonly Place[]): Crossing {
  let phase: "waiting" | "begun" | "over" = "waiting";
  return {
    succeed(now) {
      if (phase !== "waiting") return;
      phase = "begun";
      for (const place of places) place.succeed(now);
    },
    fail(now) {
      if (phase === "over") return;
      const begun = phase === "begun";
      phase = "over";
      for (const place of places) place.fail(now, begun);
    },
    giveBack() {
      const begun = phase !== "waiting";
      phase = "over";
      if (!begun) for (const place of places) place.giveBack();
    },
  };
}
