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
  /**
   * Something of these accounts was given back: those who wait for it try. In a long line the oldest do, and a part of the
   * others, so that a settlement costs the same however many wait; the rest has its turn with the next ones.
   */
  stir(accounts: Iterable<Account>): void;
  /** Caps were raised, or a new hour has begun: everybody tries. */
  stirAll(): void;
}

/** More than these wait for nothing: bodies are held while their calls wait. */
const MAX_WAITING = 1_000;
/** Of the oldest, and of the others again, so many in a row may find no room before no more of them try. */
const MISSES = 32;

interface Place extends Waiter {
  left: boolean;
  /** The round in which it tried last. */
  round: number;
}

interface Line {
  /** In their order; never changed, but replaced. */
  places: readonly Place[];
  /** Counts how often everybody in it has had a turn. */
  round: number;
}

/** Nobody waits yet. */
export function createWaiting(): Waiting {
  const lines = new Map<Account, Line>();

  /**
   * Lets these try, in their order, until so many in a row found no room. False when a stream found none: it must not be
   * taken from under it.
   */
  function letTry(account: Account, { places, round }: Line, limit: number): boolean {
    let misses = 0;
    for (const place of places) {
      if (place.left) continue;
      place.round = round;
      if (place.attempt()) {
        misses = 0;
        leave(account, place);
      } else if (place.kind === "extension") return false;
      else if (++misses === limit) break;
    }
    return true;
  }

  /** Lets the oldest try, and then those whose turn of this round has not come. */
  function stirSome(account: Account): void {
    const line = lines.get(account);
    if (!line || !letTry(account, line, MISSES)) return;
    const places = line.places.filter(({ round }) => round < line.round);
    if (places.length === 0) line.round++;
    else letTry(account, { ...line, places }, MISSES);
  }

  function leave(account: Account, place: Place): void {
    if (place.left) return;
    place.left = true;
    const line = lines.get(account);
    if (!line) return;
    line.places = line.places.filter((other) => other !== place);
    if (line.places.length === 0) lines.delete(account);
  }

  return {
    isFull: (account) => (lines.get(account)?.places.length ?? 0) >= MAX_WAITING,
    join(account, waiter) {
      const line = lines.get(account) ?? { places: [], round: 1 };
      const place: Place = { ...waiter, left: false, round: line.round };
      const before = line.places.findIndex((other) => goesBefore(place, other));
      line.places = line.places.toSpliced(before < 0 ? line.places.length : before, 0, place);
      lines.set(account, line);
      return () => leave(account, place);
    },
    hasExtension: (account) => lines.get(account)?.places[0]?.kind === "extension",
    stir(accounts) {
      if (lines.size === 0) return;
      for (const account of accounts) stirSome(account);
    },
    stirAll() {
      for (const [account, line] of [...lines]) letTry(account, line, Number.POSITIVE_INFINITY);
    },
  };
}

function goesBefore(one: Waiter, other: Waiter): boolean {
  if (one.kind !== other.kind) return one.kind === "extension";
  return one.started < other.started;
}
