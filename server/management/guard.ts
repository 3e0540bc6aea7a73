/** What stands before every route of /api: where the request comes from, then who sends it. */
import { Elysia } from "elysia";
import { permits } from "../core/role.ts";
import type { Settings } from "../core/settings.ts";
import type { Auth } from "./auth.ts";
import { readCredentials } from "./credentials.ts";
import { type Failure, failure, refuseRequest } from "./failure.ts";
import { forbid, roleFor } from "./roles.ts";
import { isOwnHost, isOwnOrigin } from "./source.ts";

const READS = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Refuses requests that were sent to another name, or by a page of another origin. A WebSocket counts as a change.
 * Like every guard it throws its answer, which `onError` passes on: Elysia judges bodies before any `beforeHandle`, and
 * nobody may learn what a route takes before they are let in; what a `transform` or `derive` returns lets them through.
 */
export function guardSource(settings: () => Settings) {
  return new Elysia({ name: "guard-source" }).onTransform({ as: "scoped" }, ({ request }) => {
    const refused = judgeSource(request, settings());
    if (refused) throw refuseRequest(refused);
  });
}

/**
 * Refuses requests without a token or a session, or with one of another role than the route needs. Judges before the body
 * is read, and again when it is here: it may have been long in coming, and the token revoked meanwhile.
 */
export function guardIdentity(auth: Auth) {
  const judge = ({ request, route, server }: Judged): void => {
    const verdict = auth.judge(request.headers, readAddress(server, request));
    if (verdict.kind === "refused") throw refuseRequest(verdict.failure);
    const needed = roleFor(request.method, route);
    const { role } = verdict.principal;
    if (!permits(role, needed)) throw refuseRequest(forbid(role, needed));
  };
  return new Elysia({ name: "guard-identity" })
    .onTransform({ as: "scoped" }, judge)
    .onBeforeHandle({ as: "scoped" }, judge);
}

interface Judged {
  readonly request: Request;
  readonly route: string;
  readonly server: Parameters<typeof readAddress>[0];
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
