/**
 * Secrets of the gateway in places where it looks for none: they are neither taken for a proof nor taken out before the call
 * goes upstream, so the call is refused (SPEC 4.4: never forwarded).
 */
import { type Refusal, refusal } from "../core/refusal.ts";
import { ADMIN_PREFIX, KEY_PREFIX, SECRET_REST, SECRET_SIGN } from "../core/secret-form.ts";
import { isKeyHeader, keysIn, OWN_KEY } from "./headers.ts";

/** The full form of a gateway key or of an admin token, with nothing around it that makes it a part of a longer word. */
const SECRET = new RegExp(`(?<![\\w-])(${KEY_PREFIX}|${ADMIN_PREFIX})${SECRET_REST}(?![\\w-])`);
/** RFC 7617 §2: the secret would not be seen in it. */
const BASIC = /^Basic +(\S+)$/i;

/** Whether a header is worth a closer look. It is asked about every one of every call. */
export function isSuspect(name: string, value: string): boolean {
  return value.includes(SECRET_SIGN) || name === "authorization";
}

/**
 * Refuses a call that shows a secret of the gateway elsewhere than where a key is taken from, and names the place without
 * repeating the secret. `suspects` are the names of the headers worth a look. Null: there is none.
 */
export function refuseStrayKey(headers: Headers, suspects: readonly string[], query: string): Refusal | null {
  for (const name of suspects) {
    const found = SECRET.exec(strayPart(name, headers.get(name) ?? ""));
    if (found) return stray(found, `the header ${name}`);
  }
  const found = query.includes(SECRET_SIGN) ? SECRET.exec(strayQuery(query)) : null;
  return found && stray(found, "the query");
}

/** What a header holds besides the keys that are taken from it. */
function strayPart(name: string, value: string): string {
  if (name === OWN_KEY) return "";
  if (!isKeyHeader(name)) return value;
  const basic = BASIC.exec(value)?.[1];
  if (basic !== undefined) return Buffer.from(basic, "base64").toString("latin1");
  return value.includes(SECRET_SIGN) ? keysIn(value).filter(isUntaken).join(" ") : "";
}

/** What the query holds besides the keys that are taken from it. */
function strayQuery(query: string): string {
  const members = [...new URLSearchParams(query)];
  return members
    .filter(([name, value]) => name !== "key" || isUntaken(value))
    .flat()
    .join(" ");
}

/** A key is taken where it stands first; behind another word (`Token tg_…`) it is not. */
function isUntaken(key: string): boolean {
  return SECRET.exec(key)?.index !== 0;
}

function stray([, prefix]: RegExpExecArray, where: string): Refusal {
  const message =
    prefix === KEY_PREFIX
      ? `A gateway key stands in ${where}, where none is looked for. Send it as the header x-tollgate-key, or as the SDK's ` +
        "API key: Authorization: Bearer, x-api-key, x-goog-api-key, api-key or ?key=."
      : `The gateway's admin token stands in ${where}. It calls no model: send a provider's key, a gateway key, or none.`;
  return refusal("invalid_gateway_key", message);
}
