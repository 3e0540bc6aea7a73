/** What the API says of logins, keys and tokens, and of errors. Money is USD, times are ISO 8601. */
import type { Role } from "../../core/role.ts";

/** `POST /api/session`: the cookie is set; it ends then at the latest. */
export interface SessionAnswer {
  readonly expires_at: string;
}

/** `POST /api/session/link`: the code logs one page in, once, until it expires; it stands in the url's fragment. */
export interface LinkAnswer {
  readonly code: string;
  readonly expires_at: string;
  readonly url: string;
}

/** A gateway key without the key itself, which is told once and kept nowhere. */
export interface KeyEntry {
  readonly id: string;
  readonly agent: string;
  readonly name: string | null;
  readonly created_at: string;
  /** It proves nothing from then on; null: it does not expire. */
  readonly expires_at: string | null;
  /** Null while it is not revoked. */
  readonly revoked_at: string | null;
}

/** `GET /api/keys`: the oldest first. `DELETE /api/keys/:id` answers the one `KeyEntry`, revoked. */
export interface KeysAnswer {
  readonly keys: readonly KeyEntry[];
}

/** `POST /api/keys`: the only answer that holds a key. */
export interface KeyAnswer {
  readonly id: string;
  readonly agent: string;
  /** What the agent sends: `tg_…`. */
  readonly key: string;
  readonly expires_at: string | null;
}

/** A further token without the token itself, which is told once and kept nowhere. */
export interface TokenEntry {
  readonly id: string;
  readonly name: string | null;
  readonly role: Role;
  readonly created_at: string;
  /** It opens nothing from then on; null: it does not expire. */
  readonly expires_at: string | null;
  /** Null while it is not revoked. */
  readonly revoked_at: string | null;
  /** To the minute; null: never. */
  readonly last_used_at: string | null;
}

/** `GET /api/tokens`: the oldest first. `DELETE /api/tokens/:id` answers the one `TokenEntry`, revoked. */
export interface TokensAnswer {
  readonly tokens: readonly TokenEntry[];
}

/** `POST /api/tokens`: the only answer that holds a token. */
export interface TokenAnswer {
  readonly id: string;
  readonly role: Role;
  /** What its holder sends as `Authorization: Bearer`: `tga_…`. */
  readonly token: string;
  readonly expires_at: string | null;
}

/** Every error of the management API, whatever its status. */
export interface ErrorAnswer {
  readonly error: {
    /** For programs: `unauthorized`, `invalid_parameter`, … */
    readonly code: string;
    /** For people: what is wrong and what to do next. */
    readonly message: string;
    /** What belongs to the code: the parameter's name, the list of problems; null when there is nothing. */
    readonly details: unknown;
  };
}
