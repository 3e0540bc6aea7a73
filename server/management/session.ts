/** Logging the page in and out. */
import { Elysia, t } from "elysia";
import type { Auth } from "./auth.ts";
import { readSmallJson } from "./body.ts";
import type { ManagementContext } from "./context.ts";
import { isSecureRequest, readSessionCookie, renderEndedCookie, renderSessionCookie } from "./credentials.ts";
import { answerFailure } from "./failure.ts";
import { readAddress } from "./guard.ts";
import type { LinkAnswer, SessionAnswer } from "./wire.ts";

/** `POST /session` with `{token}` or a link's `{code}`: answers with the session's cookie. Needs nothing before it. */
export function loginRoutes(context: ManagementContext, auth: Auth) {
  return new Elysia().post(
    "/session",
    ({ body, request, server, set }) => {
      const address = readAddress(server, request);
      const refused = "token" in body ? refuseToken(body.token, address) : auth.redeem(body.code, address);
      if (refused) return answerFailure(refused, set);
      const { secret, expires } = auth.openSession();
      note(context, "session.opened", { by: "token" in body ? "token" : "link" });
      const lifetime = expires - context.now();
      set.headers["set-cookie"] = renderSessionCookie(secret, lifetime, isSecureRequest(request));
      return { expires_at: new Date(expires).toISOString() } satisfies SessionAnswer;
    },
    {
      parse: ({ request }) => readSmallJson(request),
      body: t.Union([t.Object({ token: t.String() }), t.Object({ code: t.String() })]),
    },
  );

  function refuseToken(token: string, address: string) {
    const verdict = auth.judgeToken(token, address);
    return verdict.kind === "refused" ? verdict.failure : null;
  }
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
    .post("/session/link", () => {
      const { secret, expires } = auth.openLink();
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
