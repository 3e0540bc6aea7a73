/** The shapes of `wire/access.ts`: logins, keys and tokens, and errors. */
import { ROLES } from "../../core/role.ts";
import type {
  ErrorAnswer,
  KeyAnswer,
  KeyEntry,
  KeysAnswer,
  LinkAnswer,
  SessionAnswer,
  TokenAnswer,
  TokenEntry,
  TokensAnswer,
} from "../wire/access.ts";
import { anything, choice, listOf, members, orNull, record, text, time } from "./shape.ts";

export const ERROR_ANSWER = record<ErrorAnswer>("ErrorAnswer", {
  error: members<ErrorAnswer["error"]>({ code: text, message: text, details: anything }),
});

export const SESSION_ANSWER = record<SessionAnswer>("SessionAnswer", { expires_at: time });

export const LINK_ANSWER = record<LinkAnswer>("LinkAnswer", { code: text, expires_at: time, url: text });

export const KEY_ENTRY = record<KeyEntry>("KeyEntry", {
  id: text,
  agent: text,
  name: orNull(text),
  created_at: time,
  expires_at: orNull(time),
  revoked_at: orNull(time),
});

export const KEYS_ANSWER = record<KeysAnswer>("KeysAnswer", { keys: listOf(KEY_ENTRY) });

export const KEY_ANSWER = record<KeyAnswer>("KeyAnswer", {
  id: text,
  agent: text,
  key: text,
  expires_at: orNull(time),
});

export const TOKEN_ENTRY = record<TokenEntry>("TokenEntry", {
  id: text,
  name: orNull(text),
  role: choice(...ROLES),
  created_at: time,
  expires_at: orNull(time),
  revoked_at: orNull(time),
  last_used_at: orNull(time),
});

export const TOKENS_ANSWER = record<TokensAnswer>("TokensAnswer", { tokens: listOf(TOKEN_ENTRY) });

export const TOKEN_ANSWER = record<TokenAnswer>("TokenAnswer", {
  id: text,
  role: choice(...ROLES),
  token: text,
  expires_at: orNull(time),
});
