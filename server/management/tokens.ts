/** Further tokens of the management API: listing, making and revoking them (SPEC 16.1, 19). */
import { Elysia, type Static, t } from "elysia";
import { type Instant, type Millis, parseDuration } from "../core/duration.ts";
import { ROLES } from "../core/role.ts";
import type { Token } from "../store/store.ts";
import { takeJson } from "./body.ts";
import type { ManagementContext } from "./context.ts";
import { answerFailure, type Failure, failure } from "./failure.ts";
import type { NewToken, TokenRing } from "./token-ring.ts";
import type { TokenAnswer, TokenEntry, TokensAnswer } from "./wire.ts";

const NAME = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]{1,128}$/u;
const SHORTEST: Millis = 1_000;
const LONGEST: Millis = 3_650 * 86_400_000;

const UNKNOWN = failure(
  404,
  "unknown_token",
  "There is no further token of this id, or it was revoked before. GET /api/tokens lists every one.",
);

const WANTED = t.Object(
  {
    role: t.String(),
    name: t.Optional(t.Nullable(t.String())),
    expires_in: t.Optional(t.Nullable(t.Union([t.String(), t.Number()]))),
  },
  // Elysia drops what `false` would refuse: a misspelt `expires_in` must not make a token that lasts for ever.
  { additionalProperties: t.Never() },
);

/** `GET /tokens`, `POST /tokens`, which alone tells a token itself, and `DELETE /tokens/:id`. The admin token is none of them. */
export function tokenRoutes(context: ManagementContext, ring: TokenRing) {
  return new Elysia()
    .get("/tokens", (): TokensAnswer => ({ tokens: ring.list().map(viewToken) }))
    .post(
      "/tokens",
      ({ body, set }) => {
        const now = context.now();
        const wanted = parseWanted(body, now);
        if ("status" in wanted) return answerFailure(wanted, set);
        const { token, secret } = ring.create(wanted, now);
        note(context, "token.created", token);
        const { id, role, expires_at } = viewToken(token);
        return { id, role, token: secret, expires_at } satisfies TokenAnswer;
      },
      { ...takeJson(), body: WANTED },
    )
    .delete("/tokens/:id", ({ params, set }) => {
      const revoked = ring.revoke(params.id, context.now());
      if (!revoked) return answerFailure(UNKNOWN, set);
      note(context, "token.revoked", revoked);
      return viewToken(revoked);
    });
}

/** The token that is asked for, or every value that is wrong. */
function parseWanted(body: Static<typeof WANTED>, now: Instant): NewToken | Failure {
  const { name = null, expires_in = null } = body;
  const role = ROLES.find((known) => known === body.role);
  const lifetime = expires_in === null ? null : parseDuration(expires_in);
  const problems: string[] = [];
  if (!role) problems.push(`\`role\` must be one of ${ROLES.join(", ")}`);
  if (name !== null && !NAME.test(name)) problems.push("`name` must be 1 to 128 printable characters");
  if (expires_in !== null && (lifetime === null || lifetime < SHORTEST || lifetime > LONGEST)) {
    problems.push("`expires_in` must be a span from 1s to 3650d, such as 30d, or its milliseconds");
  }
  if (!role || problems.length > 0) {
    return failure(400, "invalid_parameter", `No token was made: ${problems.join("; ")}.`, { problems });
  }
  return { name, role, expires: lifetime === null ? null : now + lifetime };
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

function renderInstant(instant: Instant | null): string | null {
  return instant === null ? null : new Date(instant).toISOString();
}

function note(context: ManagementContext, event: string, { id, name, role }: Token): void {
  context.store.journal.append({
    type: "admin",
    time: new Date(context.now()).toISOString(),
    event,
    detail: { id, name, role },
  });
}
