/** What a request shows to be let in, and the cookie that carries a session. */
import type { Millis } from "../core/duration.ts";

const COOKIE = "tollgate_session";

export type Credentials =
  | { readonly kind: "none" }
  | { readonly kind: "token"; readonly token: string }
  | { readonly kind: "session"; readonly id: string };

/** The Authorization header, else the session's cookie. A header that is not `Bearer …` counts as a wrong token. */
export function readCredentials(headers: Headers): Credentials {
  const authorization = headers.get("authorization");
  if (authorization !== null) {
    return { kind: "token", token: /^bearer +(\S+) *$/i.exec(authorization)?.[1] ?? "" };
  }
  const id = readSessionCookie(headers);
  return id === null ? { kind: "none" } : { kind: "session", id };
}

/** The session id in the Cookie header, or null. */
export function readSessionCookie(headers: Headers): string | null {
  for (const pair of (headers.get("cookie") ?? "").split(";")) {
    const [name, value] = pair.trim().split("=", 2);
    if (name === COOKIE && value) return value;
  }
  return null;
}

/** The Set-Cookie value that opens a session (RFC 6265 §4.1): out of reach of scripts and of other sites. */
export function renderSessionCookie(id: string, lifetime: Millis, isSecure: boolean): string {
  const attributes = `Path=/api; HttpOnly; SameSite=Strict; Max-Age=${Math.floor(lifetime / 1_000)}`;
  return `${COOKIE}=${id}; ${attributes}${isSecure ? "; Secure" : ""}`;
}

/** The Set-Cookie value that takes the session's cookie away. */
export function renderEndedCookie(isSecure: boolean): string {
  return renderSessionCookie("", 0, isSecure);
}

/** Whether the browser reached us over TLS, here or at a proxy in front. */
export function isSecureRequest(request: Request): boolean {
  return request.url.startsWith("https:") || request.headers.get("x-forwarded-proto") === "https";
}
