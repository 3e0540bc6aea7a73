/** Who calls. Names come from outside: keep them in Maps, never as object keys. */
export type AgentName = string;

const NAME = /^[A-Za-z0-9._-]{1,128}$/;

/** Whether this may be an agent's name. `.` and `..` would vanish from a path before anyone reads it. */
export function isAgentName(name: string): boolean {
  return NAME.test(name) && name !== "." && name !== "..";
}

/** What a call declares about its sender. `tags` are the header's further keys, as `key=value`. */
export interface Identity {
  readonly name: AgentName;
  readonly owner: string | null;
  readonly purpose: string | null;
  readonly tags: readonly string[];
  /** Id of the gateway key that proves the name; null where it is only declared. */
  readonly key: string | null;
}

/** Totals of one agent over a window. */
export interface Tally {
  calls: number;
  /** Upstream statuses of 400 and above, no answer, and endings `failed`. */
  errors: number;
  blocked: number;
  tokensIn: number;
  tokensOut: number;
  costNano: number;
  /** Calls whose cost is unknown: `costNano` leaves them out. */
  unpriced: number;
}

export function emptyTally(): Tally {
  return { calls: 0, errors: 0, blocked: 0, tokensIn: 0, tokensOut: 0, costNano: 0, unpriced: 0 };
}
