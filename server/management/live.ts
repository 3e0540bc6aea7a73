import { Elysia } from "elysia";
import { permits } from "../core/role.ts";
import type { Auth, Verdict } from "./auth.ts";
import type { ManagementContext } from "./context.ts";
import { readCredentials } from "./credentials.ts";
import { refuseRequest } from "./failure.ts";
import { CLOSE_FORBIDDEN, CLOSE_UNAUTHORIZED, createFeed } from "./feed.ts";
import { readAddress } from "./guard.ts";
import { forbid } from "./roles.ts";
import type { LiveAuth } from "./wire/status.ts";

/**
 * What the server must be given as `websocket`: clients send nothing but their token, and may fall behind by a few
 * frames of a large fleet.
 */
export const LIVE_LIMITS = { maxPayloadLength: 4_096, backpressureLimit: 16 * 1024 * 1024, idleTimeout: 60 };

/** Who is connecting; without a verdict they have shown nothing yet. */
interface Viewer {
  readonly address: string;
  readonly verdict: Verdict | null;
}

/**
 * `WS /live`: a snapshot, then a delta each second. The client shows a cookie or `Authorization` when it connects, or
 * sends `{type:"auth",token}` first; close code 4401 says that it must log in,
 * 4403 that its token is of a role that sees nothing.
 */
export function liveRoutes(context: ManagementContext, auth: Auth) {
  const feed = createFeed(context, auth.stillHolds);

  return new Elysia()
    .derive(({ request, server }): { viewer: Viewer } => {
      const address = readAddress(server, request);
      const hasShown = readCredentials(request.headers).kind !== "none";
      return { viewer: { address, verdict: hasShown ? auth.judge(request.headers, address) : null } };
    })
    .onBeforeHandle(({ viewer: { verdict } }) => {
      if (verdict?.kind === "refused") return refuseRequest(verdict.failure);
      const role = verdict?.principal.role;
      if (role && !permits(role, "viewer")) return refuseRequest(forbid(role, "viewer"));
    })
    .ws("/live", {
      open(ws) {
        const { verdict } = ws.data.viewer;
        feed.connect(ws.raw, verdict?.kind === "admitted" ? verdict.principal : null);
      },
      message(ws, message: unknown) {
        if (!feed.isWaiting(ws.raw)) return;
        if (!isLiveAuth(message)) return ws.close(CLOSE_UNAUTHORIZED, "expected the token first");
        const verdict = auth.judgeToken(message.token, ws.data.viewer.address);
        if (verdict.kind === "refused") return ws.close(CLOSE_UNAUTHORIZED, verdict.failure.code);
        if (!permits(verdict.principal.role, "viewer")) return ws.close(CLOSE_FORBIDDEN, "forbidden");
        feed.admit(ws.raw, verdict.principal);
      },
      drain(ws) {
        feed.drained(ws.raw);
      },
      close(ws) {
        feed.disconnect(ws.raw);
      },
    });
}

function isLiveAuth(message: unknown): message is LiveAuth {
  if (typeof message !== "object" || message === null) return false;
  return (
    "type" in message && message.type === "auth" && "token" in message && typeof message.token === "string"
  );
}
