/** Who may manage: the holder of the admin token, or of a session or link that was opened with it. */
import type { Instant, Millis } from "../core/duration.ts";
import type { State } from "../store/store.ts";
import { readCredentials } from "./credentials.ts";
import { type Failure, failure } from "./failure.ts";
import { createGuesses } from "./guesses.ts";
import { createSecret, hashSecret, isGenerated, isSameHash } from "./secrets.ts";

export const SESSION_LIFETIME: Millis = 12 * 3_600_000;
export const LINK_LIFETIME: Millis = 60_000;

/** Somebody who was let in, by the hash of what they showed. */
export interface Principal {
  readonly kind: "token" | "session";
  readonly hash: string;
}

export type Verdict =
  | { readonly kind: "admitted"; readonly principal: Principal }
  | { readonly kind: "refused"; readonly failure: Failure };

/** A secret that is told once, and when it stops working. */
export interface Issued {
  readonly secret: string;
  readonly expires: Instant;
}

export interface Auth {
  /** Judges a request by its headers. `address` is who a wrong token is held against. */
  judge(headers: Headers, address: string): Verdict;
  judgeToken(token: string, address: string): Verdict;
  /** Uses up the one-time code of a link: null when it was good. */
  redeem(code: string, address: string): Failure | null;
  /** Whether what once let this principal in still would. */
  stillHolds(principal: Principal): boolean;
  openSession(): Issued;
  closeSession(id: string): void;
  openLink(): Issued;
}

const ANONYMOUS = failure(
  401,
  "unauthorized",
  "The management API needs the admin token: send `Authorization: Bearer <token>`, or log in on the dashboard.",
);
const WRONG_TOKEN = failure(
  401,
  "invalid_token",
  "This is not the gateway's admin token. It stands in `admin.token` in the data folder, or is what you configured.",
);
const ENDED_SESSION = failure(401, "session_ended", "The session has ended. Log in again.");
const WRONG_CODE = failure(
  401,
  "invalid_code",
  "This link was used before or is older than a minute. Run `tollgate dashboard` for a new one.",
);

/** The judge over `state`. Remembers wrong attempts in memory; everything else is kept by the state, hashed. */
export function createAuth(state: State, now: () => Instant, random: (bytes: number) => Uint8Array): Auth {
  const guesses = createGuesses();

  /**
   * Attempts with a secret of our own making are always judged: they cannot be guessed, and an agent that shares the
   * operator's address must not lock the operator out. A token that somebody chose is judged only when its turn comes.
   */
  function attempt(secret: string, address: string, wrong: Failure, isRight: () => boolean): Failure | null {
    const wait = guesses.wait(address, now());
    if (wait > 0 && !isGenerated(secret)) return tooMany(wait);
    if (isRight()) return null;
    if (wait > 0) return tooMany(wait);
    guesses.fail(address, now());
    return wrong;
  }

  function isAdminHash(hash: string): boolean {
    const admin = state.readAdminToken();
    return admin !== null && isSameHash(hash, admin);
  }

  function judgeToken(token: string, address: string): Verdict {
    const hash = hashSecret(token);
    const wrong = attempt(token, address, WRONG_TOKEN, () => isAdminHash(hash));
    return wrong ? refuse(wrong) : { kind: "admitted", principal: { kind: "token", hash } };
  }

  function judgeSession(id: string): Verdict {
    const hash = hashSecret(id);
    if (!state.isSession(hash, now())) return refuse(ENDED_SESSION);
    return { kind: "admitted", principal: { kind: "session", hash } };
  }

  function issue(lifetime: Millis): Issued {
    return { secret: createSecret(random), expires: now() + lifetime };
  }

  return {
    judge(headers, address) {
      const shown = readCredentials(headers);
      if (shown.kind === "token") return judgeToken(shown.token, address);
      return shown.kind === "session" ? judgeSession(shown.id) : refuse(ANONYMOUS);
    },
    judgeToken,
    redeem: (code, address) =>
      attempt(code, address, WRONG_CODE, () => state.takeLink(hashSecret(code), now())),
    stillHolds: ({ kind, hash }) => (kind === "token" ? isAdminHash(hash) : state.isSession(hash, now())),
    openSession() {
      const issued = issue(SESSION_LIFETIME);
      state.createSession(hashSecret(issued.secret), issued.expires);
      return issued;
    },
    closeSession: (id) => state.removeSession(hashSecret(id)),
    openLink() {
      const issued = issue(LINK_LIFETIME);
      state.createLink(hashSecret(issued.secret), issued.expires);
      return issued;
    },
  };
}

function refuse(because: Failure): Verdict {
  return { kind: "refused", failure: because };
}

function tooMany(wait: Millis): Failure {
  const seconds = Math.ceil(wait / 1_000);
  return failure(429, "too_many_attempts", `Too many wrong tokens. Wait ${seconds} s.`, null, wait);
}
