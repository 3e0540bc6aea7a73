/** Further tokens: who may manage in which role, besides the holder of the admin token (SPEC 16.1). */
import type { Instant, Millis } from "../core/duration.ts";
import type { Role } from "../core/role.ts";
import type { State, Token } from "../store/store.ts";
import { createAdminToken, hashSecret } from "./secrets.ts";

const ID_BYTES = 6;

/** How exactly it is known when a token was last used: nothing is written more often. */
const COARSE: Millis = 60_000;

export interface NewToken {
  /** What a person calls it. */
  readonly name: string | null;
  readonly role: Role;
  /** From this instant on it opens nothing; null: never. */
  readonly expires: Instant | null;
}

export interface TokenRing {
  /** The token of this hash, unless it is revoked or has expired. */
  find(hash: string, now: Instant): Token | null;
  /** The same by its id: for a session that it has opened. */
  findById(id: string, now: Instant): Token | null;
  /** Writes down that it was used, to the minute and as far as the disk lets it. */
  noteUse(id: string, now: Instant): void;
  /** Makes a token that works at once. This is the only time that anybody sees its secret. Throws when it cannot be stored. */
  create(wanted: NewToken, now: Instant): { readonly token: Token; readonly secret: string };
  /** Every token there ever was, the oldest first. */
  list(): readonly Token[];
  /**
   * The token as it is once revoked, at once; null when there is none of this id, or it was revoked before. In force even
   * where it throws, because it cannot be kept: then it may be tried again.
   */
  revoke(id: string, now: Instant): Token | null;
}

/** Whether the token still opens anything: it is neither revoked nor past its time. */
export function isWorking({ revoked, expires }: Token, now: Instant): boolean {
  return revoked === null && (expires === null || expires > now);
}

/** The tokens of `state`, kept in memory so that no request waits for the disk. Nothing else may change them. */
export function createTokenRing(
  state: Pick<State, "readTokens" | "addToken" | "revokeToken" | "noteTokenUse">,
  random: (bytes: number) => Uint8Array,
): TokenRing {
  const byId = new Map(state.readTokens().map(({ hash: _, ...token }): [string, Token] => [token.id, token]));
  const idOf = new Map(state.readTokens().map(({ hash, id }): [string, string] => [hash, id]));

  function findById(id: string, now: Instant): Token | null {
    const token = byId.get(id);
    return token && isWorking(token, now) ? token : null;
  }

  return {
    find(hash, now) {
      const id = idOf.get(hash);
      return id === undefined ? null : findById(id, now);
    },
    findById,
    noteUse(id, now) {
      const token = byId.get(id);
      if (!token || (token.used !== null && Math.abs(now - token.used) < COARSE)) return;
      try {
        state.noteTokenUse(id, now);
      } catch {
        // A full disk: whoever looks for the cause must not be kept out by it.
      }
      byId.set(id, { ...token, used: now });
    },
    create({ name, role, expires }, now) {
      const secret = createAdminToken(random);
      const id = `tok_${Buffer.from(random(ID_BYTES)).toString("hex")}`;
      const token: Token = { id, name, role, created: now, expires, revoked: null, used: null };
      const hash = hashSecret(secret);
      state.addToken(token, hash);
      byId.set(id, token);
      idOf.set(hash, id);
      return { token, secret };
    },
    list: () => [...byId.values()],
    revoke(id, now) {
      const token = byId.get(id);
      if (!token) return null;
      const at = token.revoked ?? now;
      const revoked = { ...token, revoked: at };
      byId.set(id, revoked);
      return state.revokeToken(id, at) ? revoked : null;
    },
  };
}
