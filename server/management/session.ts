/** Logging the page in and out. A session may do what the token may that opened it. */
import { Elysia, t } from "elysia";
import { permits } from "../core/role.ts";
import type { Auth } from "./auth.ts";
import { takeJson } from "./body.ts";
import type { ManagementContext } from "./context.ts";
import { isSecureRequest, readSessionCookie, renderEndedCookie, renderSessionCookie } from "./credentials.ts";
import { answerFailure } from "./failure.ts";
import { readAddress } from "./guard.ts";
import { forbid } from "./roles.ts";
import type { LinkAnswer, SessionAnswer } from "./wire/access.ts";

/** `POST /session` with `{token}` or a link's `{code}`: answers with the session's cookie. Needs nothing before it. */
export function loginRoutes(context: ManagementContext, auth: Auth) {
  return new Elysia().post(
    "/session",
    ({ body, request, server, set }) => {
      const address = readAddress(server, request);
      const verdict =
        "token" in body ? auth.judgeToken(body.token, address) : auth.redeem(body.code, address);
      if (verdict.kind === "refused") return answerFailure(verdict.failure, set);
      const { role } = verdict.principal;
      if (!permits(role, "viewer")) return answerFailure(forbid(role, "viewer"), set);
      const { secret, expires } = auth.openSession(verdict.principal);
      note(context, "session.opened", { by: "token" in body ? "token" : "link" });
      const lifetime = expires - context.now();
      set.headers["set-cookie"] = renderSessionCookie(secret, lifetime, isSecureRequest(request));
      return { expires_at: new Date(expires).toISOString() } satisfies SessionAnswer;
    },
    {
      ...takeJson(),
      body: t.Union([t.Object({ token: t.String() }), t.Object({ code: t.String() })]),
    },
  );
}

/** `DELETE /session` ends the cookie's session; `POST /session/link` makes a one-time login for a browser. */
export function sessionRoutes(context: ManagementContext, auth: Auth) {
  return new Elysia()
    .delete("/session", ({ request, status, set }) => {
      const id = readSessionCookie(request.headers);
      if (id !== null) {
        auth.closeSession(id);
        note(context, "session.closed", {});
      }
      set.headers["set-cookie"] = renderEndedCookie(isSecureRequest(request));
      return status(204, undefined);
    })
    .post("/session/link", ({ request, server, set }) => {
      const verdict = auth.judge(request.headers, readAddress(server, request));
      if (verdict.kind === "refused") return answerFailure(verdict.failure, set);
      const { secret, expires } = auth.openLink(verdict.principal);
      return {
        code: secret,
        expires_at: new Date(expires).toISOString(),
        url: `${context.dashboardUrl()}/#code=${secret}`,
      } satisfies LinkAnswer;
    });
}

function note(context: ManagementContext, event: string, detail: Record<string, unknown>): void {
  context.store.journal.append({
    type: "admin",
    time: new Date(context.now()).toISOString(),
    event,
    detail,
  });
}
