/**
 * Who waits for room in an account (SPEC 7.2): streams that must grow go before calls that would begin, the oldest first.
 * Whoever's turn it is tries in the very turn of the loop in which something was given back.
 */
import type { Account } from "../core/budget.ts";
import type { Instant } from "../core/duration.ts";

export interface Waiter {
  /** A stream under way, or a call that would begin. */
  readonly kind: "extension" | "admission";
  readonly started: Instant;
  /** Takes what it needs, or leaves the line for another reason: true. False: there is still no room. */
  attempt(): boolean;
}

export interface Waiting {
  /** Whether so many calls wait to begin that no further one may. */
  isFull(account: Account): boolean;
  /** Lines up; the returned function leaves the line. */
  join(account: Account, waiter: Waiter): () => void;
  /** Whether a stream waits: then nobody begins. */
  hasExtension(account: Account): boolean;
  /** Something of these accounts was given back, or their caps were raised: those who wait for it try. */
  stir(accounts: Iterable<Account>): void;
  /** As `stir`, for all. */
  stirAll(): void;
}

/** More than these wait for nothing: bodies are held while their calls wait. */
const MAX_WAITING = 1_000;

interface Place extends Waiter {
  left: boolean;
}

/** Nobody waits yet. */
export function createWaiting(): Waiting {
  const lines = new Map<Account, Place[]>();

  /** Lets those in line try, in their order, until a stream finds no room: it must not be taken from under it. */
  function stirLine(account: Account): void {
    const line = lines.get(account) ?? [];
    for (const place of [...line]) {
      if (place.left) continue;
      if (place.attempt()) place.left = true;
      else if (place.kind === "extension") break;
    }
    keep(
      account,
      (lines.get(account) ?? []).filter(({ left }) => !left),
    );
  }

  function keep(account: Account, line: Place[]): void {
    if (line.length > 0) lines.set(account, line);
    else lines.delete(account);
  }

  return {
    isFull: (account) => (lines.get(account)?.length ?? 0) >= MAX_WAITING,
    join(account, waiter) {
      const place: Place = { ...waiter, left: false };
      const line = lines.get(account) ?? [];
      const before = line.findIndex((other) => goesBefore(place, other));
      line.splice(before < 0 ? line.length : before, 0, place);
      lines.set(account, line);
      return () => {
        place.left = true;
        keep(
          account,
          (lines.get(account) ?? []).filter((other) => other !== place),
        );
      };
    },
    hasExtension: (account) => lines.get(account)?.[0]?.kind === "extension",
    stir(accounts) {
      if (lines.size === 0) return;
      for (const account of accounts) stirLine(account);
    },
    stirAll() {
      for (const account of [...lines.keys()]) stirLine(account);
    },
  };
}

function goesBefore(one: Waiter, other: Waiter): boolean {
  if (one.kind !== other.kind) return one.kind === "extension";
  return one.started < other.started;
}
