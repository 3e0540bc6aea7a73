/** Keys that rest (SPEC 9): a 429 cools the key that it came for. In memory, by hash: no key is kept. */
import { hash } from "node:crypto";
import type { Instant, Millis } from "../core/duration.ts";
import { readRetryAfter } from "./retry-after.ts";

export interface KeyRest {
  /** 0 when a call with this key may go to this origin, else how long the key still rests. */
  check(origin: string, key: string | null, now: Instant): Millis;
  /** The upstream answered 429 with these headers. A rest under way is never made shorter. */
  rest(origin: string, key: string | null, headers: Headers, now: Instant): void;
}

/** How long a key rests whose 429 did not say. */
const USUAL_REST: Millis = 1_000;
/** A provider's word for hours must not keep the key from a limit that was raised meanwhile. */
const LONGEST_REST: Millis = 60_000;
/** Agents may send keys of their own: the oldest make room. */
const MOST_KEYS = 10_000;

/**
 * No key rests yet. A key is the stored one or the client's own, in clear; null, for a call of which none is known, never
 * rests: nobody can tell who else has none.
 */
export function createKeyRest(): KeyRest {
  /** Until when, by hash. */
  const resting = new Map<string, Instant>();
  let last: Instant = 0;

  function remaining(until: Instant | undefined, now: Instant): Millis {
    const wait = until === undefined ? 0 : until - now;
    // A clock that was set back must not keep a key at rest until it has caught up.
    return wait > 0 && wait <= LONGEST_REST ? wait : 0;
  }

  return {
    check(origin, key, now) {
      if (key === null || resting.size === 0) return 0;
      if (now >= last) {
        // All are over: nothing is hashed until the next 429.
        resting.clear();
        return 0;
      }
      return remaining(resting.get(hashKey(origin, key)), now);
    },
    rest(origin, key, headers, now) {
      const asked = Math.min(LONGEST_REST, readRetryAfter(headers, now) ?? USUAL_REST);
      if (key === null || asked === 0) return;
      const hashed = hashKey(origin, key);
      const until = now + Math.max(asked, remaining(resting.get(hashed), now));
      // Set anew, so that the map is in the order of the last 429.
      resting.delete(hashed);
      resting.set(hashed, until);
      last = Math.max(last, until);
      const [oldest] = resting.keys();
      if (resting.size > MOST_KEYS && oldest !== undefined) resting.delete(oldest);
    },
  };
}

function hashKey(origin: string, key: string): string {
  return hash("sha256", `${origin}\0${key}`, "base64");
}
