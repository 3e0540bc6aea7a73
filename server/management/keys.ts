/** Gateway keys: listing, making and revoking them (SPEC 4.4, 19). */
import { Elysia, type Static, t } from "elysia";
import { isAgentName } from "../core/agent.ts";
import { type Instant, type Millis, parseDuration } from "../core/duration.ts";
import type { NewKey } from "../gateway/keys.ts";
import type { GatewayKey } from "../store/store.ts";
import { takeJson } from "./body.ts";
import type { ManagementContext } from "./context.ts";
import { answerFailure, type Failure, failure } from "./failure.ts";
import type { KeyAnswer, KeyEntry, KeysAnswer } from "./wire.ts";

const NAME = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]{1,128}$/u;
const SHORTEST: Millis = 1_000;
const LONGEST: Millis = 3_650 * 86_400_000;

const UNKNOWN = failure(
  404,
  "unknown_key",
  "There is no key of this id, or it was revoked before. `tollgate keys list` shows every key.",
);

const WANTED = t.Object(
  {
    agent: t.String(),
    name: t.Optional(t.Nullable(t.String())),
    expires_in: t.Optional(t.Nullable(t.Union([t.String(), t.Number()]))),
  },
  // Elysia drops what `false` would refuse: a misspelt `expires_in` must not make a key that lasts for ever.
  { additionalProperties: t.Never() },
);

/** `GET /keys`, `POST /keys`, which alone tells a key itself, and `DELETE /keys/:id`. */
export function keyRoutes(context: ManagementContext) {
  return new Elysia()
    .get("/keys", (): KeysAnswer => ({ keys: context.keys.list().map(viewKey) }))
    .post(
      "/keys",
      ({ body, set }) => {
        const now = context.now();
        const wanted = parseWanted(body, now);
        if ("status" in wanted) return answerFailure(wanted, set);
        const { key, secret } = context.keys.create(wanted, now);
        note(context, "key.created", key);
        const { id, agent, expires_at } = viewKey(key);
        return { id, agent, key: secret, expires_at } satisfies KeyAnswer;
      },
      { ...takeJson(), body: WANTED },
    )
    .delete("/keys/:id", ({ params, set }) => {
      const revoked = context.keys.revoke(params.id, context.now());
      if (!revoked) return answerFailure(UNKNOWN, set);
      note(context, "key.revoked", revoked);
      return viewKey(revoked);
    });
}

/** The key that is asked for, or every value that is wrong. */
function parseWanted(body: Static<typeof WANTED>, now: Instant): NewKey | Failure {
  const { agent, name = null, expires_in = null } = body;
  const lifetime = expires_in === null ? null : parseDuration(expires_in);
  const problems: string[] = [];
  if (!isAgentName(agent)) problems.push("`agent` must be 1 to 128 of A-Z a-z 0-9 . _ -");
  if (name !== null && !NAME.test(name)) problems.push("`name` must be 1 to 128 printable characters");
  if (expires_in !== null && (lifetime === null || lifetime < SHORTEST || lifetime > LONGEST)) {
    problems.push("`expires_in` must be a span from 1s to 3650d, such as 30d, or its milliseconds");
  }
  if (problems.length > 0) {
    return failure(400, "invalid_parameter", `No key was made: ${problems.join("; ")}.`, { problems });
  }
  return { agent, name, expires: lifetime === null ? null : now + lifetime };
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

function renderInstant(instant: Instant | null): string | null {
  return instant === null ? null : new Date(instant).toISOString();
}

function note(context: ManagementContext, event: string, { id, agent, name }: GatewayKey): void {
  context.store.journal.append({
    type: "admin",
    time: new Date(context.now()).toISOString(),
    agent,
    event,
    detail: { id, name },
  });
}
