/** Who may manage: the holder of the admin token or a further one, or of a session or link that was opened with it. */
import type { Instant, Millis } from "../core/duration.ts";
import { type Role, SHORTEST_SAFE_TOKEN } from "../core/role.ts";
import type { Opened, State } from "../store/store.ts";
import { readCredentials } from "./credentials.ts";
import { type Failure, failure } from "./failure.ts";
import { createGuesses } from "./guesses.ts";
import { createSecret, hashSecret, isSameHash } from "./secrets.ts";
import type { TokenRing } from "./token-ring.ts";

export const SESSION_LIFETIME: Millis = 12 * 3_600_000;
export const LINK_LIFETIME: Millis = 60_000;

/** Whose token stands behind a request, and what it may do. */
export interface Bearer {
  /** Id of a further token; null: the admin token. */
  readonly token: string | null;
  readonly role: Role;
}

/** Somebody who was let in, by the hash of what they showed. */
export interface Principal extends Bearer {
  readonly kind: "token" | "session";
  readonly hash: string;
}

export type Verdict<Who extends Bearer = Principal> =
  | { readonly kind: "admitted"; readonly principal: Who }
  | { readonly kind: "refused"; readonly failure: Failure };

/** A secret that is told once, and when it stops working. */
export interface Issued {
  readonly secret: string;
  readonly expires: Instant;
}

/** The holder of the admin token itself. */
const ADMIN: Bearer = { token: null, role: "admin" };

export interface Auth {
  /** Judges a request by its headers. `address` is who a wrong token is held against. */
  judge(headers: Headers, address: string): Verdict;
  judgeToken(token: string, address: string): Verdict;
  /** Uses up the one-time code of a link, and says who made it. */
  redeem(code: string, address: string): Verdict<Bearer>;
  /** Whether what once let this principal in still would. */
  stillHolds(principal: Principal): boolean;
  /** A session that may do what its bearer's token may, for as long as the token works. */
  openSession(bearer: Bearer): Issued;
  closeSession(id: string): void;
  /** A link that logs in once, in the role of whoever made it. */
  openLink(bearer: Bearer): Issued;
}

const ANONYMOUS = failure(
  401,
  "unauthorized",
  "The management API needs a token: send `Authorization: Bearer <token>`, or log in on the dashboard.",
);
const WRONG_TOKEN = failure(
  401,
  "invalid_token",
  "This token is not the gateway's, was revoked or has expired. The admin token stands in `admin.token` in the data folder, or is what you configured.",
);
const ENDED_SESSION = failure(401, "session_ended", "The session has ended. Log in again.");
const WRONG_CODE = failure(
  401,
  "invalid_code",
  "This link was used before or is older than a minute. Run `tollgate dashboard` for a new one.",
);

/** The judge over `state`. Remembers wrong attempts in memory; everything else is kept by the state, hashed. */
export function createAuth(
  state: State,
  tokens: TokenRing,
  now: () => Instant,
  random: (bytes: number) => Uint8Array,
): Auth {
  const guesses = createGuesses();

  /**
   * Attempts with a long secret are always judged: it cannot be guessed, and an agent that shares the operator's address
   * must not lock the operator out. A short one, which only a person can have chosen, is judged when its turn comes.
   */
  function attempt(
    secret: string,
    address: string,
    wrong: Failure,
    find: () => Bearer | null,
  ): Verdict<Bearer> {
    const wait = guesses.wait(address, now());
    if (wait > 0 && secret.length < SHORTEST_SAFE_TOKEN) return refuse(tooMany(wait));
    const bearer = find();
    if (bearer) return admit(bearer);
    if (wait > 0) return refuse(tooMany(wait));
    guesses.fail(address, now());
    return refuse(wrong);
  }

  function findBearer(hash: string): Bearer | null {
    const admin = state.readAdminToken();
    if (admin !== null && isSameHash(hash, admin.hash)) return ADMIN;
    const token = tokens.find(hash, now());
    return token && { token: token.id, role: token.role };
  }

  /** Who stands behind what a token has opened; null once the token opens nothing any more. */
  function findOpener(opened: Opened | null): Bearer | null {
    if (opened === null) return null;
    if (opened.token === null) return ADMIN;
    const token = tokens.findById(opened.token, now());
    return token && { token: token.id, role: token.role };
  }

  function findSession(hash: string): Bearer | null {
    return findOpener(state.findSession(hash, now()));
  }

  function judgeToken(token: string, address: string): Verdict {
    const hash = hashSecret(token);
    const verdict = attempt(token, address, WRONG_TOKEN, () => findBearer(hash));
    return verdict.kind === "refused" ? verdict : admitAs("token", hash, verdict.principal);
  }

  function judgeSession(id: string): Verdict {
    const hash = hashSecret(id);
    const bearer = findSession(hash);
    return bearer ? admitAs("session", hash, bearer) : refuse(ENDED_SESSION);
  }

  function admitAs(kind: Principal["kind"], hash: string, bearer: Bearer): Verdict {
    if (bearer.token !== null) tokens.noteUse(bearer.token, now());
    return admit({ kind, hash, ...bearer });
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
      attempt(code, address, WRONG_CODE, () => findOpener(state.takeLink(hashSecret(code), now()))),
    stillHolds: ({ kind, hash }) => (kind === "token" ? findBearer(hash) : findSession(hash)) !== null,
    openSession({ token }) {
      const issued = issue(SESSION_LIFETIME);
      state.createSession(hashSecret(issued.secret), issued.expires, token);
      return issued;
    },
    closeSession: (id) => state.removeSession(hashSecret(id)),
    openLink({ token }) {
      const issued = issue(LINK_LIFETIME);
      state.createLink(hashSecret(issued.secret), issued.expires, token);
      return issued;
    },
  };
}

function admit<Who extends Bearer>(principal: Who): Verdict<Who> {
  return { kind: "admitted", principal };
}

function refuse(because: Failure): Verdict<never> {
  return { kind: "refused", failure: because };
}

function tooMany(wait: Millis): Failure {
  const seconds = Math.ceil(wait / 1_000);
  return failure(429, "too_many_attempts", `Too many wrong tokens. Wait ${seconds} s.`, null, wait);
}
