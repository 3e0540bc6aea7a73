/**
 * How a stream waits for room (SPEC 7.2): in the line of the account in which others hold it and in no other, so that
 * whoever needs nothing of that account passes by. It moves on when its turn comes and another account has no room.
 */
import type { Account } from "../core/budget.ts";
import type { Instant, Millis } from "../core/duration.ts";
import type { Waiting } from "./waiting.ts";
import type { Watchdog } from "./watchdog.ts";

/** What trying to grow came to: an account in which others hold what is needed, or a result. */
export type Attempt<Result> = { readonly busy: Account } | { readonly result: Result };

export interface RoomWait<Result> {
  /** The first result of an attempt; `late` after 10 s, or when the line was left. */
  readonly promise: Promise<Result>;
  readonly isOver: boolean;
  leave(): void;
}

export interface RoomWaitParts<Result> {
  /** The account that has no room now. */
  readonly account: Account;
  readonly started: Instant;
  readonly now: Instant;
  readonly waiting: Waiting;
  readonly watchdog: Watchdog;
  /** Tries to grow: whenever it may be its turn. */
  attempt(): Attempt<Result>;
  readonly late: Result;
}

/** How long a stream, or a call that would begin, waits for room. */
export const ROOM_WAIT: Millis = 10_000;

/** Lines up. */
export function waitForRoom<Result>(parts: RoomWaitParts<Result>): RoomWait<Result> {
  const { started, waiting, watchdog } = parts;
  const { promise, resolve } = Promise.withResolvers<Result>();
  const deadline = { deadline: parts.now + ROOM_WAIT, expire };
  let isOver = false;
  let place = lineUp(parts.account);
  watchdog.watch(deadline);

  function lineUp(account: Account): { readonly account: Account; leave(): void } {
    return { account, leave: waiting.join(account, { kind: "extension", started, attempt }) };
  }

  function attempt(): boolean {
    const tried = parts.attempt();
    if ("busy" in tried && tried.busy === place.account) return false;
    place.leave();
    if ("busy" in tried) place = lineUp(tried.busy);
    else finish(tried.result);
    return true;
  }

  function finish(result: Result): void {
    isOver = true;
    watchdog.release(deadline);
    resolve(result);
  }

  function leave(): void {
    if (isOver) return;
    place.leave();
    finish(parts.late);
  }

  function expire(): void {
    leave();
    // Whoever stood behind it may pass now.
    waiting.stir([place.account]);
  }

  return {
    promise,
    get isOver() {
      return isOver;
    },
    leave,
  };
}
