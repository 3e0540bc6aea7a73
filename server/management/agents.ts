/** Agents: as they are, pausing and resuming them, and what their trust has come to (SPEC 19). */
import { Elysia, type Static, t } from "elysia";
import { type AgentName, isAgentName } from "../core/agent.ts";
import { type Instant, type Millis, parseDuration } from "../core/duration.ts";
import type { Pause } from "../core/pause.ts";
import { takeJson, takeMapping } from "./body.ts";
import type { ManagementContext } from "./context.ts";
import { answerFailure, type Failure, failure } from "./failure.ts";
import { viewTrustHistory } from "./trust.ts";
import { findAgent, viewAgent, viewStatus } from "./view.ts";
import type { AgentStatus, AgentsAnswer } from "./wire/status.ts";

const NOTE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]{1,200}$/u;
const SHORTEST: Millis = 1_000;
const LONGEST: Millis = 3_650 * 86_400_000;

export const UNKNOWN_AGENT = failure(
  404,
  "unknown_agent",
  "No agent of that name has called, and the configuration names none. GET /api/agents lists those that there are.",
);

const WANTED = t.Object(
  {
    reason: t.Optional(t.Nullable(t.String())),
    duration: t.Optional(t.Nullable(t.Union([t.String(), t.Number()]))),
    kill: t.Optional(t.Boolean()),
  },
  // Elysia drops what `false` would refuse: a misspelt `duration` must not make a pause without an end.
  { additionalProperties: t.Never() },
);

/** Why no agent can have this name; null when one can. */
export function checkAgentName(name: string): Failure | null {
  if (isAgentName(name)) return null;
  const message =
    "An agent's name is 1 to 128 of A-Z a-z 0-9 . _ - (the template `*` is set by PATCH /api/config).";
  return failure(400, "invalid_parameter", message, { parameters: ["id"] });
}

/** The agent as it is now; null when nobody knows it. */
export function viewAgentNow(name: AgentName, context: ManagementContext): AgentStatus | null {
  const now = context.now();
  context.fleet.turn(now);
  const agent = findAgent(context, name);
  return agent && viewAgent(agent, context, now);
}

/**
 * `GET /agents` and an agent's `/trust`: those that have called since the journal began or are configured.
 * `POST /agents/:id/pause`, which takes effect on the next call (`kill`: on those in flight, too), and `/resume`, which
 * changes nothing where nothing is paused; both answer the agent as it is then.
 */
export function agentRoutes(context: ManagementContext) {
  return new Elysia()
    .get("/agents", (): AgentsAnswer => ({ agents: viewStatus(context, context.now()).agents }))
    .get("/agents/:id/trust", ({ params: { id }, set }) =>
      findAgent(context, id) ? viewTrustHistory(id, context) : answerFailure(UNKNOWN_AGENT, set),
    )
    .post(
      "/agents/:id/pause",
      ({ params: { id }, body, set }) => {
        const now = context.now();
        if (!findAgent(context, id)) return answerFailure(UNKNOWN_AGENT, set);
        const wanted = parseWanted(body, now);
        if ("status" in wanted) return answerFailure(wanted, set);
        context.controls.pause({ agent: id, since: now, ...wanted }, now);
        if (body.kill) context.kill(id);
        return viewAgentNow(id, context) ?? answerFailure(UNKNOWN_AGENT, set);
      },
      {
        ...takeJson({ read: (given, request) => (request.body === null ? {} : takeMapping(given)) }),
        body: WANTED,
      },
    )
    .post("/agents/:id/resume", ({ params: { id }, set }) => {
      // Also of an agent that nobody knows any more: its pause would come back with it.
      context.controls.resume(id, "person", context.now());
      return viewAgentNow(id, context) ?? answerFailure(UNKNOWN_AGENT, set);
    });
}

/** The pause that is asked for, or every value that is wrong. */
function parseWanted(
  { reason = null, duration = null }: Static<typeof WANTED>,
  now: Instant,
): Pick<Pause, "until" | "cause"> | Failure {
  const span = duration === null ? null : parseDuration(duration);
  const problems: string[] = [];
  if (reason !== null && !NOTE.test(reason)) problems.push("`reason` must be 1 to 200 printable characters");
  if (duration !== null && (span === null || span < SHORTEST || span > LONGEST)) {
    problems.push("`duration` must be a span from 1s to 3650d, such as 1h, or its milliseconds");
  }
  if (problems.length > 0) {
    return failure(400, "invalid_parameter", `Nothing was paused: ${problems.join("; ")}.`, { problems });
  }
  return { until: span === null ? null : now + span, cause: { by: "person", note: reason } };
}
