/** Slows down the guessing of tokens, per address. Bounded: an attacker with many addresses pushes out the oldest. */
import { isIP } from "node:net";
import type { Instant, Millis } from "../core/duration.ts";

const FREE_FAILURES = 5;
const FIRST_DELAY: Millis = 1_000;
const LONGEST_DELAY: Millis = 60_000;
const FORGOTTEN_AFTER: Millis = 15 * 60_000;
const MOST_ADDRESSES = 4_096;

export interface Guesses {
  /** How long this address must wait before its next attempt; 0 when it need not. */
  wait(address: string, now: Instant): Millis;
  /** Counts a wrong attempt. From the fifth on each doubles the wait, from one second to one minute. */
  fail(address: string, now: Instant): void;
  readonly size: number;
}

/** A fresh memory of wrong attempts; an address is forgotten fifteen minutes after its last one. */
export function createGuesses(): Guesses {
  const failures = new Map<string, { count: number; last: Instant }>();

  function recall(key: string, now: Instant) {
    const found = failures.get(key);
    return found && now - found.last < FORGOTTEN_AFTER ? found : null;
  }

  return {
    wait(address, now) {
      const known = recall(network(address), now);
      if (!known || known.count < FREE_FAILURES) return 0;
      const delay = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** (known.count - FREE_FAILURES));
      return Math.max(0, known.last + delay - now);
    },
    fail(address, now) {
      const key = network(address);
      const count = (recall(key, now)?.count ?? 0) + 1;
      failures.delete(key);
      failures.set(key, { count, last: now });
      const [oldest] = failures.keys();
      if (failures.size > MOST_ADDRESSES && oldest !== undefined) failures.delete(oldest);
    },
    get size() {
      return failures.size;
    },
  };
}

/** Who a wrong attempt is held against: an IPv6 caller owns its whole /64 (RFC 6177), so that is one. */
export function network(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, "");
  if (isIP(plain) !== 6) return plain;
  const [head = "", tail] = plain.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail ? tail.split(":") : [];
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const groups = [...left, ...Array<string>(zeros).fill("0"), ...right];
  return `${groups.slice(0, 4).join(":")}::/64`;
}
