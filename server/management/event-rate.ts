/** How much a token may report: every event is written to the journal, and no holder of a token may fill the disk (SPEC 14.4). */
import type { Bytes, Instant, Millis } from "../core/duration.ts";
import type { Rate } from "../core/settings.ts";
import { type Bucket, check, createBucket, take } from "../core/token-bucket.ts";
import type { Reported } from "./event-import.ts";

/** Two thousand at once, and a hundred a second. */
const RATE: Rate = { count: 2_000, per: 20_000 };
/** A longer event counts as several. */
const ONE_EVENT: Bytes = 1_024;

export interface EventRate {
  /** 0 when the token may report now, else how long until it may. `token` is its id; null: the admin token. */
  wait(token: string | null, now: Instant): Millis;
  /** Counts what was taken. One request may go beyond what was left: the next then waits the longer. */
  count(token: string | null, events: readonly Reported[], now: Instant): void;
}

/** Every token's rate is fresh; kept in memory, for as many tokens as have ever been made. */
export function createEventRate(): EventRate {
  const buckets = new Map<string | null, Bucket>();

  function bucketOf(token: string | null, now: Instant): Bucket {
    const bucket = buckets.get(token) ?? createBucket(RATE, now);
    buckets.set(token, bucket);
    return bucket;
  }

  return {
    wait: (token, now) => check(RATE, bucketOf(token, now), now),
    count(token, events, now) {
      const bucket = bucketOf(token, now);
      for (const event of events) {
        const size = Buffer.byteLength(JSON.stringify(event));
        take(RATE, bucket, now, Math.ceil(size / ONE_EVENT));
      }
    },
  };
}
