/**
 * How a call gets in (SPEC 6.2): it tries, in one turn of the loop; where something is in its way that passes, it waits
 * without having taken anything, and tries again from the beginning when its turn comes.
 */
import type { Account } from "../core/budget.ts";
import type { Instant, Millis } from "../core/duration.ts";
import type { Refusal } from "../core/refusal.ts";
import type { Priority } from "../core/settings.ts";
import type { Lanes } from "./lanes.ts";
import { ROOM_WAIT } from "./room-wait.ts";
import type { Waiting } from "./waiting.ts";
import type { Every, Watchdog } from "./watchdog.ts";

/** What stands in a call's way and passes. `late` is what it is told when it has waited for too long. */
export type Obstacle =
  /** Others hold what the call needs of this account. */
  | {
      readonly wait: "budget";
      readonly account: Account;
      /** Whether trying again may be worth it: cheaper than trying. */
      mayFit(): boolean;
      readonly late: Refusal;
    }
  /** All slots are taken, or others are before it. */
  | { readonly wait: "lane"; readonly host: string; readonly lane: Priority; readonly late: Refusal }
  /** A policy holds each call back for so long. */
  | { readonly wait: "delay"; readonly millis: Millis };

export interface EntranceContext {
  readonly now: () => Instant;
  readonly every: Every;
  readonly watchdog: Watchdog;
  readonly waiting: Waiting;
  readonly lanes: Lanes;
  /** Aborted when the gateway begins to shut down: nobody waits any more. */
  readonly closing: AbortSignal;
}

/** How long a call waits for either, at most. */
const WAITS = { budget: ROOM_WAIT, lane: 30_000 };

/**
 * What the call's attempt came to in the end; null when its client left before. `attempt` takes everything or nothing.
 * Without an obstacle nothing waits.
 */
export function enter<Entered extends object>(
  attempt: () => Entered | Refusal | Obstacle,
  started: Instant,
  signal: AbortSignal,
  context: EntranceContext,
): Entered | Refusal | null | Promise<Entered | Refusal | null> {
  const first = attempt();
  return "wait" in first ? waitAndTry(attempt, first, started, signal, context) : first;
}

function waitAndTry<Entered extends object>(
  attempt: () => Entered | Refusal | Obstacle,
  first: Obstacle,
  started: Instant,
  signal: AbortSignal,
  { now, every, watchdog, waiting, lanes, closing }: EntranceContext,
): Promise<Entered | Refusal | null> {
  const { promise, resolve, reject } = Promise.withResolvers<Entered | Refusal | null>();
  /** When it first waited for either. */
  const since: { budget?: Instant; lane?: Instant } = {};
  let leave = (): void => undefined;
  signal.addEventListener("abort", departed);
  closing.addEventListener("abort", leaveAndTry);
  line(first);
  return promise;

  function departed(): void {
    leave();
    finish(null);
  }

  function leaveAndTry(): void {
    leave();
    tryAgain();
  }

  function finish(result: Entered | Refusal | null): void {
    stopListening();
    resolve(result);
  }

  function stopListening(): void {
    signal.removeEventListener("abort", departed);
    closing.removeEventListener("abort", leaveAndTry);
  }

  /** Lines up where the obstacle is. */
  function line(obstacle: Obstacle): void {
    if (obstacle.wait === "delay") {
      leave = every(obstacle.millis, leaveAndTry);
      return;
    }
    since[obstacle.wait] ??= now();
    const late = {
      deadline: (since[obstacle.wait] ?? now()) + WAITS[obstacle.wait],
      expire() {
        leave();
        finish(obstacle.late);
      },
    };
    watchdog.watch(late);
    const leaveLine = obstacle.wait === "budget" ? lineUp(obstacle) : queue(obstacle);
    leave = () => {
      watchdog.release(late);
      leaveLine();
    };
  }

  function lineUp({ account, mayFit }: Obstacle & { wait: "budget" }): () => void {
    return waiting.join(account, {
      kind: "admission",
      started,
      attempt() {
        if (!mayFit()) return false;
        leaveAndTry();
        return true;
      },
    });
  }

  function queue({ host, lane }: Obstacle & { wait: "lane" }): () => void {
    return lanes.wait(host, lane, leaveAndTry);
  }

  /** The whole list again, in the turn of whoever made room: it must not throw. */
  function tryAgain(): void {
    try {
      const next = attempt();
      if ("wait" in next) line(next);
      else finish(next);
    } catch (cause) {
      stopListening();
      reject(cause);
    }
  }
}
