/** What stands before every route of /api: where the request comes from, then who sends it. */
import { Elysia } from "elysia";
import type { Settings } from "../core/settings.ts";
import type { Auth } from "./auth.ts";
import { readCredentials } from "./credentials.ts";
import { type Failure, failure, refuseRequest } from "./failure.ts";
import { isOwnHost, isOwnOrigin } from "./source.ts";

const READS = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Refuses requests that were sent to another name, or by a page of another origin. A WebSocket counts as a change.
 * Like every guard it answers before the handler: Elysia takes any answer there as final, whereas a `derive` that
 * returns something unexpected lets the request through.
 */
export function guardSource(settings: () => Settings) {
  return new Elysia({ name: "guard-source" }).onBeforeHandle({ as: "scoped" }, ({ request }) => {
    const refused = judgeSource(request, settings());
    if (refused) return refuseRequest(refused);
  });
}

/** Refuses requests without the admin token or a session. */
export function guardIdentity(auth: Auth) {
  return new Elysia({ name: "guard-identity" }).onBeforeHandle({ as: "scoped" }, ({ request, server }) => {
    const verdict = auth.judge(request.headers, readAddress(server, request));
    if (verdict.kind === "refused") return refuseRequest(verdict.failure);
  });
}

/** The address a request came from; a proxy's word is not taken for it. */
export function readAddress(
  server: { requestIP(request: Request): { address: string } | null } | null,
  request: Request,
): string {
  return server?.requestIP(request)?.address ?? "unknown";
}

/** Null when the request comes from where it may. */
export function judgeSource(request: Request, settings: Settings): Failure | null {
  const host = request.headers.get("host") ?? "";
  const configured = [settings.gateway.host, settings.dashboard.host];
  if (!isOwnHost(host, configured)) {
    return failure(
      421,
      "unknown_host",
      "This gateway does not answer to that name. Use its address, `localhost`, or a name that is set as `gateway.host` or `dashboard.host`.",
    );
  }
  const isChange = !READS.has(request.method) || request.headers.get("upgrade") !== null;
  const hasCookieOnly = readCredentials(request.headers).kind === "session";
  if (isChange && !isOwnOrigin(request.headers.get("origin"), host, hasCookieOnly)) {
    return failure(403, "foreign_origin", "Only the gateway's own page may do this with its login.");
  }
  return null;
}
