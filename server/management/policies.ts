/** Policies: those in force, and what a rule would have hit (SPEC 10, 19). */
import { Elysia, type Static, t } from "elysia";
import { type Instant, parseInstant } from "../core/duration.ts";
import type { Policy } from "../gateway/policies.ts";
import { takeJson } from "./body.ts";
import type { ManagementContext } from "./context.ts";
import { answerFailure, type Failure, failure } from "./failure.ts";
import { memberOf } from "./json-object.ts";
import { compileQuestion, findPolicy, replayPast } from "./policy-test.ts";
import type { PoliciesAnswer, PolicyEntry, PolicyTestAnswer } from "./wire/governance.ts";

const USUAL_SINCE = "7d";

const QUESTION = t.Object(
  {
    condition: t.Optional(t.String()),
    name: t.Optional(t.String()),
    since: t.Optional(t.String()),
  },
  { additionalProperties: t.Never() },
);

/** `GET /policies` and `POST /policies/test`, which changes nothing. */
export function policyRoutes(context: ManagementContext) {
  return new Elysia()
    .get("/policies", (): PoliciesAnswer => viewPolicies(context))
    .post(
      "/policies/test",
      async ({ body, request, set }) => {
        const { policies, settings } = context.setup();
        const question = parseQuestion(body, policies, context.now());
        if ("status" in question) return answerFailure(question, set);
        const { policy, since } = question;
        const { entries, hits, leftOut } = await replayPast(policy, settings, since, request.signal);
        return {
          name: body.name ?? null,
          condition: policy.settings.condition,
          since: new Date(since).toISOString(),
          entries,
          left_out: leftOut,
          hits: hits.map(({ agent, first, calls }) => ({
            agent,
            first: new Date(first).toISOString(),
            calls,
          })),
        } satisfies PolicyTestAnswer;
      },
      { ...takeJson(), body: QUESTION },
    );
}

interface Question {
  readonly policy: Policy;
  readonly since: Instant;
}

function parseQuestion(
  { condition, name, since = USUAL_SINCE }: Static<typeof QUESTION>,
  policies: readonly Policy[],
  now: Instant,
): Question | Failure {
  if ((condition === undefined) === (name === undefined)) {
    const message = "Send either a `condition` or the `name` of a policy.";
    return failure(400, "invalid_parameter", message, { parameters: ["condition", "name"] });
  }
  const from = parseInstant(since, now);
  if (from === null) {
    const message = "`since` must be ISO 8601 (2026-01-31T12:00:00Z) or a span back from now (7d).";
    return failure(400, "invalid_parameter", message, { parameters: ["since"] });
  }
  const policy = name === undefined ? compileQuestion(condition ?? "") : findPolicy(policies, name);
  return "status" in policy ? policy : { policy, since: from };
}

/** The policies in force with their sources, and the names of the file's that were removed. */
export function viewPolicies({ configuration, setup }: ManagementContext): PoliciesAnswer {
  const written = configuration.values(["policies"]);
  const policies = setup().policies.map(({ settings, minCalls }, index): PolicyEntry => {
    const { name, condition, action, mode } = settings;
    const { value, source = "file" } = written[index] ?? {};
    const params = memberOf(value, "params") ?? null;
    return { name, condition, action, mode, min_calls: minCalls, params, source };
  });
  return { policies, removed: configuration.removedPolicies() };
}
