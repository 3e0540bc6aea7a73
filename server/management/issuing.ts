/** What keys and tokens have in common when they are made: what a person calls one, and how long it works. Pure. */
import { t } from "elysia";
import { type Instant, type Millis, parseDuration } from "../core/duration.ts";

const NAME = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]{1,128}$/u;
const SHORTEST: Millis = 1_000;
const LONGEST: Millis = 3_650 * 86_400_000;

/** The members of a body that asks for one. */
export const ISSUED = {
  name: t.Optional(t.Nullable(t.String())),
  expires_in: t.Optional(t.Nullable(t.Union([t.String(), t.Number()]))),
};

export interface IssuedWanted {
  readonly name: string | null;
  /** Null: it works until it is revoked. */
  readonly expires: Instant | null;
  /** What is wrong with either, in half sentences. */
  readonly problems: readonly string[];
}

/** Reads what is asked for by `name` and `expires_in`. */
export function readIssued(
  given: { readonly name?: string | null; readonly expires_in?: string | number | null },
  now: Instant,
): IssuedWanted {
  const { name = null, expires_in = null } = given;
  const lifetime = expires_in === null ? null : parseDuration(expires_in);
  const problems: string[] = [];
  if (name !== null && !NAME.test(name)) problems.push("`name` must be 1 to 128 printable characters");
  if (expires_in !== null && (lifetime === null || lifetime < SHORTEST || lifetime > LONGEST)) {
    problems.push("`expires_in` must be a span from 1s to 3650d, such as 30d, or its milliseconds");
  }
  return { name, expires: lifetime === null ? null : now + lifetime, problems };
}

/** ISO 8601; null where it never comes. */
export function renderInstant(instant: Instant | null): string | null {
  return instant === null ? null : new Date(instant).toISOString();
}
