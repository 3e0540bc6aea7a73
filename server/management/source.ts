/** Where a request may come from. A web page somewhere else must not reach the API through its visitor's browser. */
import { isIP } from "node:net";

/**
 * Whether the Host header names this gateway: a loopback name, an address, or one of the `configured` names. A page
 * whose own name was re-pointed at this machine (DNS rebinding) still sends that name.
 */
export function isOwnHost(host: string, configured: readonly string[]): boolean {
  const name = hostName(host);
  if (name === null) return false;
  if (name.startsWith("[")) return isIP(name.slice(1, -1)) === 6;
  if (name === "localhost" || name.endsWith(".localhost")) return true;
  return isIP(name) === 4 || configured.some((own) => own.toLowerCase() === name);
}

/**
 * Whether a request with this Origin header may change something. Without the header it is no browser's: good enough
 * for a caller that shows the token itself, not for one that leans on a cookie.
 */
export function isOwnOrigin(origin: string | null, host: string, hasCookieOnly: boolean): boolean {
  if (origin === null) return !hasCookieOnly;
  const sender = parseUrl(origin);
  if (!sender) return false;
  const own = parseUrl(`${sender.protocol}//${host}`);
  return (
    own !== null && (sender.protocol === "http:" || sender.protocol === "https:") && own.host === sender.host
  );
}

/** The name in a Host header (RFC 9110 §7.2), in lower case and without port and final dot. */
function hostName(host: string): string | null {
  const match = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/i.exec(host);
  return match?.[1] ? match[1].toLowerCase().replace(/\.$/, "") : null;
}

function parseUrl(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null;
}
