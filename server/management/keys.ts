/** Gateway keys: listing, making and revoking them (SPEC 4.4, 19). */
import { Elysia, type Static, t } from "elysia";
import { isAgentName } from "../core/agent.ts";
import type { Instant } from "../core/duration.ts";
import type { NewKey } from "../gateway/keys.ts";
import type { GatewayKey } from "../store/store.ts";
import { type AskerNote, noteAsker } from "./asker.ts";
import type { Auth } from "./auth.ts";
import { takeJson } from "./body.ts";
import type { ManagementContext } from "./context.ts";
import { answerFailure, type Failure, failure } from "./failure.ts";
import { ISSUED, readIssued, renderInstant } from "./issuing.ts";
import type { KeyAnswer, KeyEntry, KeysAnswer } from "./wire/access.ts";

const UNKNOWN = failure(
  404,
  "unknown_key",
  "There is no key of this id, or it was revoked before. `tollgate keys list` shows every key.",
);

const WANTED = t.Object(
  {
    agent: t.String(),
    ...ISSUED,
  },
  // Elysia drops what `false` would refuse: a misspelt `expires_in` must not make a key that lasts for ever.
  { additionalProperties: t.Never() },
);

/** `GET /keys`, `POST /keys`, which alone tells a key itself, and `DELETE /keys/:id`. */
export function keyRoutes(context: ManagementContext, auth: Auth) {
  return new Elysia()
    .get("/keys", (): KeysAnswer => ({ keys: context.keys.list().map(viewKey) }))
    .post(
      "/keys",
      ({ body, request, server, set }) => {
        const now = context.now();
        const asker = noteAsker(auth, { request, server });
        if ("status" in asker) return answerFailure(asker, set);
        const wanted = parseWanted(body, now);
        if ("status" in wanted) return answerFailure(wanted, set);
        const { key, secret } = context.keys.create(wanted, now);
        note(context, "key.created", key, asker);
        const { id, agent, expires_at } = viewKey(key);
        return { id, agent, key: secret, expires_at } satisfies KeyAnswer;
      },
      { ...takeJson(), body: WANTED },
    )
    .delete("/keys/:id", ({ params, request, server, set }) => {
      const asker = noteAsker(auth, { request, server });
      if ("status" in asker) return answerFailure(asker, set);
      const revoked = context.keys.revoke(params.id, context.now());
      if (!revoked) return answerFailure(UNKNOWN, set);
      note(context, "key.revoked", revoked, asker);
      return viewKey(revoked);
    });
}

/** The key that is asked for, or every value that is wrong. */
function parseWanted(body: Static<typeof WANTED>, now: Instant): NewKey | Failure {
  const { agent } = body;
  const { name, expires, problems } = readIssued(body, now);
  const wrong = isAgentName(agent)
    ? problems
    : ["`agent` must be 1 to 128 of A-Z a-z 0-9 . _ -", ...problems];
  if (wrong.length === 0) return { agent, name, expires };
  return failure(400, "invalid_parameter", `No key was made: ${wrong.join("; ")}.`, { problems: wrong });
}

function viewKey({ id, agent, name, created, expires, revoked }: GatewayKey): KeyEntry {
  return {
    id,
    agent,
    name,
    created_at: new Date(created).toISOString(),
    expires_at: renderInstant(expires),
    revoked_at: renderInstant(revoked),
  };
}

function note(
  context: ManagementContext,
  event: string,
  { id, agent, name }: GatewayKey,
  asker: AskerNote,
): void {
  context.store.journal.append({
    type: "admin",
    time: new Date(context.now()).toISOString(),
    agent,
    event,
    detail: { ...asker, id, name },
  });
}
