/** Following the log: every entry once and in order, through lost connections, bursts and restarts of the gateway. */
import type { Millis } from "../core/duration.ts";
import type { LiveMessage } from "../management/wire/status.ts";
import type { LogEntry } from "../store/store.ts";
import { type Failure, failure, isFailure } from "./failure.ts";
import type { FeedListener } from "./feed.ts";
import { sayWhy } from "./files.ts";
import { type LogsOptions, passes } from "./logs-options.ts";

export interface FollowOptions {
  /** Everything up to here is known already. */
  readonly seq: number;
  readonly options: LogsOptions;
  readonly print: (entry: LogEntry) => void;
  /** Opens the feed. Returns the way to hang up. */
  readonly connect: (listener: FeedListener) => () => void;
  /** All entries with a `seq` above this that pass the filters, oldest first. */
  readonly read: (after: number) => Promise<LogEntry[] | Failure>;
  /** Tells the person what is going on; not part of the log. */
  readonly remark: (text: string) => void;
  /** Following is over: trying again would not help. */
  readonly fail: (failure: Failure) => void;
  /** Lets this much time pass before the next attempt. */
  readonly wait: (delay: Millis) => Promise<void>;
}

const FIRST_DELAY: Millis = 500;
const LONGEST_DELAY: Millis = 5_000;

/** Follows until the returned function is called. */
export function followLogs(follow: FollowOptions): () => void {
  const { options, print, connect, read, remark, fail, wait } = follow;
  let seq = follow.seq;
  let delay = FIRST_DELAY;
  let stopped = false;
  let hangUp = () => {};
  // One message after the other: filling a gap takes time, and what follows must not overtake it.
  let work: Promise<void> = Promise.resolve();

  const take = async (message: LiveMessage) => {
    if (stopped) return;
    const step = advance(seq, message);
    const entries = step.gapAfter === null ? step.fresh : await read(step.gapAfter);
    if (isFailure(entries)) return lose();
    if (stopped) return;
    for (const entry of entries) if (passes(entry, options)) print(entry);
    seq = Math.max(step.seq, Number(entries.at(-1)?.seq ?? 0));
    delay = FIRST_DELAY;
  };

  const giveUp = (error: unknown) =>
    fail(failure(`What the gateway sent cannot be understood: ${sayWhy(error)}`));

  const lose = () => {
    hangUp();
    void reconnect();
  };

  const reconnect = async () => {
    if (delay === FIRST_DELAY) remark("The connection to the gateway is lost; trying again.");
    await wait(delay);
    delay = Math.min(delay * 2, LONGEST_DELAY);
    if (!stopped) open();
  };

  const open = () => {
    let current = true;
    const stopListening = connect({
      message: (message) => {
        work = work.then(() => (current ? take(message) : undefined)).catch(giveUp);
      },
      closed: (reason) => {
        if (!current) return;
        current = false;
        if (reason === "lost") void work.then(() => (stopped ? undefined : reconnect()));
        else fail(failure("The gateway ended the feed: the token is no longer valid."));
      },
    });
    hangUp = () => {
      current = false;
      stopListening();
    };
  };

  open();
  return () => {
    stopped = true;
    hangUp();
  };
}

/** What a message means for a reader that knows everything up to `seq`. */
export interface Step {
  /** Entries not known yet, oldest first. */
  readonly fresh: readonly LogEntry[];
  /** The last known `seq` when entries are missing between it and `fresh`, else null. */
  readonly gapAfter: number | null;
  readonly seq: number;
}

/**
 * Compares by `seq`, which the journal counts without gaps. A snapshot that ends before what is known comes from a
 * journal that began anew: then all of it is fresh. Pure.
 */
export function advance(seq: number, { type, entries }: Pick<LiveMessage, "type" | "entries">): Step {
  const sorted = entries.toSorted((a, b) => Number(a.seq) - Number(b.seq));
  const newest = Number(sorted.at(-1)?.seq ?? seq);
  const known = type === "snapshot" && newest < seq ? 0 : seq;
  const fresh = sorted.filter((entry) => Number(entry.seq) > known);
  const first = fresh[0];
  const gapAfter = first && Number(first.seq) > known + 1 ? known : null;
  return { fresh, gapAfter, seq: Math.max(known, newest) };
}
