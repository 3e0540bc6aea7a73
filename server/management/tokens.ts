/** Further tokens of the management API: listing, making and revoking them (SPEC 16.1, 19). */
import { Elysia, type Static, t } from "elysia";
import type { Instant } from "../core/duration.ts";
import { ROLES } from "../core/role.ts";
import type { Token } from "../store/store.ts";
import { type AskerNote, noteAsker } from "./asker.ts";
import type { Auth } from "./auth.ts";
import { takeJson } from "./body.ts";
import type { ManagementContext } from "./context.ts";
import { answerFailure, type Failure, failure } from "./failure.ts";
import { ISSUED, readIssued, renderInstant } from "./issuing.ts";
import type { NewToken, TokenRing } from "./token-ring.ts";
import type { TokenAnswer, TokenEntry, TokensAnswer } from "./wire/access.ts";

const UNKNOWN = failure(
  404,
  "unknown_token",
  "There is no further token of this id, or it was revoked before. GET /api/tokens lists every one.",
);

const WANTED = t.Object(
  {
    role: t.String(),
    ...ISSUED,
  },
  // Elysia drops what `false` would refuse: a misspelt `expires_in` must not make a token that lasts for ever.
  { additionalProperties: t.Never() },
);

/** `GET /tokens`, `POST /tokens`, which alone tells a token itself, and `DELETE /tokens/:id`. The admin token is none of them. */
export function tokenRoutes(context: ManagementContext, auth: Auth, ring: TokenRing) {
  return new Elysia()
    .get("/tokens", (): TokensAnswer => ({ tokens: ring.list().map(viewToken) }))
    .post(
      "/tokens",
      ({ body, request, server, set }) => {
        const now = context.now();
        const asker = noteAsker(auth, { request, server });
        if ("status" in asker) return answerFailure(asker, set);
        const wanted = parseWanted(body, now);
        if ("status" in wanted) return answerFailure(wanted, set);
        const { token, secret } = ring.create(wanted, now);
        note(context, "token.created", token, asker);
        const { id, role, expires_at } = viewToken(token);
        return { id, role, token: secret, expires_at } satisfies TokenAnswer;
      },
      { ...takeJson(), body: WANTED },
    )
    .delete("/tokens/:id", ({ params, request, server, set }) => {
      const asker = noteAsker(auth, { request, server });
      if ("status" in asker) return answerFailure(asker, set);
      const revoked = ring.revoke(params.id, context.now());
      if (!revoked) return answerFailure(UNKNOWN, set);
      note(context, "token.revoked", revoked, asker);
      return viewToken(revoked);
    });
}

/** The token that is asked for, or every value that is wrong. */
function parseWanted(body: Static<typeof WANTED>, now: Instant): NewToken | Failure {
  const { name, expires, problems } = readIssued(body, now);
  const role = ROLES.find((known) => known === body.role);
  const wrong = role ? problems : [`\`role\` must be one of ${ROLES.join(", ")}`, ...problems];
  if (role && wrong.length === 0) return { name, role, expires };
  return failure(400, "invalid_parameter", `No token was made: ${wrong.join("; ")}.`, { problems: wrong });
}

function viewToken({ id, name, role, created, expires, revoked, used }: Token): TokenEntry {
  return {
    id,
    name,
    role,
    created_at: new Date(created).toISOString(),
    expires_at: renderInstant(expires),
    revoked_at: renderInstant(revoked),
    last_used_at: renderInstant(used),
  };
}

function note(context: ManagementContext, event: string, { id, name, role }: Token, asker: AskerNote): void {
  context.store.journal.append({
    type: "admin",
    time: new Date(context.now()).toISOString(),
    event,
    detail: { ...asker, id, name, role },
  });
}
