/** Which headers pass, in both directions. Everything end-to-end does; what belongs to one hop or to the gateway does not. */
import type { Bytes } from "../core/duration.ts";
import { ADMIN_PREFIX, KEY_PREFIX } from "../core/secret-form.ts";

/** RFC 9110 §7.6.1, and what fetch sets by itself. */
const HOP_BY_HOP = [
  "connection",
  "keep-alive",
  "proxy-connection",
  "proxy-authenticate",
  "proxy-authorization",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "expect",
  "host",
  "content-length",
];

/** The gateway's own request headers: read here, never forwarded (SPEC 4.2). */
const OURS = ["x-agent-id", "x-target-url"];
const OUR_PREFIX = "x-tollgate-";
const SESSION_COOKIE = "tollgate_session=";

const USUAL_CONNECTION = /^(?:keep-alive|close)$/i;
/** A header's name (RFC 9110 §5.6.2): `Headers` throws at anything else. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** Where a gateway key has a header of its own. */
export const OWN_KEY = "x-tollgate-key";

/** Where SDKs put an API key. */
const AUTH = ["authorization", "x-api-key", "x-goog-api-key", "api-key"];

/** What one look over all headers tells. */
interface HeaderSurvey {
  /** Their size, as HTTP/1.1 writes them. */
  readonly bytes: Bytes;
  /** The names of those that stand out. */
  readonly marked: readonly string[];
}

/** Goes through the headers once: that costs more than what is asked about each. */
export function surveyHeaders(
  headers: Headers,
  isMarked: (name: string, value: string) => boolean,
): HeaderSurvey {
  let bytes = 0;
  const marked: string[] = [];
  for (const [name, value] of headers) {
    bytes += name.length + value.length + 4;
    if (isMarked(name, value)) marked.push(name);
  }
  return { bytes, marked };
}

/** Whether SDKs put an API key into this header: keys are taken from it. */
export function isKeyHeader(name: string): boolean {
  return AUTH.includes(name);
}

/** The caller's headers as they go upstream. */
export function toUpstream(incoming: Headers, forwardIdentity: boolean): Headers {
  const outgoing = withoutHop(incoming);
  for (const name of OURS) outgoing.delete(name);
  if (!forwardIdentity) outgoing.delete("x-agent-identity");
  stripSession(outgoing);
  deleteOurs(outgoing);
  return outgoing;
}

/**
 * The upstream's headers as they go to the caller. Bun frames the body anew, so its length is not copied; what is the
 * gateway's to say, no provider says.
 */
export function toClient(upstream: Headers): Headers {
  const outgoing = withoutHop(upstream);
  deleteOurs(outgoing);
  return outgoing;
}

/** Cookies ignore ports: a browser that is logged in to the dashboard sends its session here, too. */
function stripSession(headers: Headers): void {
  const cookie = headers.get("cookie");
  if (!cookie?.includes(SESSION_COOKIE)) return;
  const kept = cookie.split(/; */).filter((pair) => !pair.startsWith(SESSION_COOKIE));
  if (kept.length > 0) headers.set("cookie", kept.join("; "));
  else headers.delete("cookie");
}

function deleteOurs(headers: Headers): void {
  for (const name of [...headers.keys()]) if (name.startsWith(OUR_PREFIX)) headers.delete(name);
}

/** A copy that the engine makes, less what belongs to this hop: a third of the cost of copying one by one. */
function withoutHop(headers: Headers): Headers {
  const copy = new Headers(headers);
  const connection = headers.get("connection");
  if (connection && !USUAL_CONNECTION.test(connection)) {
    for (const name of connection.split(",")) if (TOKEN.test(name.trim())) copy.delete(name.trim());
  }
  for (const name of HOP_BY_HOP) copy.delete(name);
  return copy;
}

/** The gateway's own secrets among them: an admin token sent here by mistake must not reach a provider. */
const PLACEHOLDER_PREFIXES = ["managed-by-", KEY_PREFIX, ADMIN_PREFIX];

/** Removes the headers whose key is a placeholder or a secret of the gateway. */
export function stripPlaceholders(headers: Headers): void {
  for (const name of AUTH) {
    const keys = keysIn(headers.get(name));
    if (keys.length === 0 || keys.some(isPlaceholder)) headers.delete(name);
  }
}

/** Every key that the caller shows where SDKs put one. */
export function shownKeys(headers: Headers, query: string): string[] {
  const keys: string[] = [];
  for (const name of AUTH) {
    const value = headers.get(name);
    if (value !== null) keys.push(...keysIn(value));
  }
  if (query !== "") keys.push(...new URLSearchParams(query).getAll("key"));
  return keys;
}

/** Among the keys that the caller shows its own, or null when it sent none or a placeholder (SPEC 5.1). */
export function clientKey(shown: readonly string[]): string | null {
  return shown.find((key) => !isPlaceholder(key)) ?? null;
}

/** The keys in a header's value: a header that was sent twice arrives joined by commas, which no key contains. */
export function keysIn(value: string | null): string[] {
  if (value === null) return [];
  if (SINGLE.test(value)) return [value[6] === " " ? value.slice(7) : value];
  const parts = value.split(",").map((part) => part.replace(/^\s*Bearer(?:\s+|$)/i, "").trim());
  return parts.filter((part) => part !== "");
}

/** How nearly all of them are sent: it costs a third to look. */
const SINGLE = /^(?:Bearer [^\s,]+|(?!Bearer$)[^\s,]+)$/i;

/** Removes every header that may carry a key. */
export function stripAuth(headers: Headers): void {
  for (const name of AUTH) headers.delete(name);
}

/** The query without `key`, in which Gemini's callers may put theirs; otherwise untouched. */
export function stripQueryKey(query: string): string {
  return withoutKeys(query, () => true);
}

/** The query without a `key` that is a placeholder or a secret of the gateway; otherwise untouched. */
export function stripQueryPlaceholder(query: string): string {
  return withoutKeys(query, isPlaceholder);
}

function withoutKeys(query: string, isUnwanted: (key: string) => boolean): string {
  const members = query.slice(1).split("&");
  const kept = members.filter((member) => !new URLSearchParams(member).getAll("key").some(isUnwanted));
  if (kept.length === members.length) return query;
  return kept.length === 0 ? "" : `?${kept.join("&")}`;
}

function isPlaceholder(key: string): boolean {
  return key === "" || key === "dummy" || PLACEHOLDER_PREFIXES.some((prefix) => key.startsWith(prefix));
}
