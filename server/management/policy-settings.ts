/** Policies, made, replaced and removed at run time (SPEC 10, 19). */
import { Elysia } from "elysia";
import { type Change, SETTINGS_BODY } from "./change.ts";
import type { ManagementContext } from "./context.ts";
import { answerFailure, failure } from "./failure.ts";
import { viewPolicies } from "./policies.ts";
import { unknownPolicy } from "./policy-test.ts";
import type { PolicyEntry } from "./wire/governance.ts";

/**
 * `POST /policies` for a new name; `PUT /policies/:name`, which makes it or replaces it whole, also one of the file's;
 * `DELETE /policies/:name`, which brings the file's back where there is one underneath, and removes the file's otherwise.
 */
export function policySettingRoutes(context: ManagementContext, change: Change) {
  const find = (name: string): PolicyEntry | null =>
    viewPolicies(context).policies.find((policy) => policy.name === name) ?? null;

  return new Elysia()
    .post(
      "/policies",
      ({ body, request, server, set }) => {
        const { name } = body;
        if (typeof name !== "string") return answerFailure(NAMELESS, set);
        if (find(name)) return answerFailure(taken(name), set);
        const refused = change({ request, server }, { at: ["policies", name], given: body });
        if (refused) return answerFailure(refused, set);
        return find(name) ?? answerFailure(unknownPolicy(context.setup().policies), set);
      },
      SETTINGS_BODY,
    )
    .put(
      "/policies/:name",
      ({ params, body, request, server, set }) => {
        const { name = params.name } = body;
        if (name !== params.name) return answerFailure(RENAMED, set);
        const refused = change({ request, server }, { at: ["policies", params.name], given: body });
        if (refused) return answerFailure(refused, set);
        return find(params.name) ?? answerFailure(unknownPolicy(context.setup().policies), set);
      },
      SETTINGS_BODY,
    )
    .delete("/policies/:name", ({ params: { name }, request, server, set }) => {
      const policy = find(name);
      if (!policy) return answerFailure(unknownPolicy(context.setup().policies), set);
      const given = policy.source === "runtime" ? null : false;
      const refused = change({ request, server }, { at: ["policies", name], given });
      return refused ? answerFailure(refused, set) : viewPolicies(context);
    });
}

const NAMELESS = failure(
  400,
  "invalid_parameter",
  "A policy needs a `name` of 1 to 64 of A-Z a-z 0-9 . _ -",
  {
    parameters: ["name"],
  },
);

const RENAMED = failure(
  400,
  "invalid_parameter",
  "The `name` is another than the path's. Leave it out; a policy gets a new name by being made anew.",
  { parameters: ["name"] },
);

function taken(name: string) {
  const message = `There is a policy ${name} already. PUT /api/policies/${name} replaces it.`;
  return failure(409, "policy_exists", message, { name });
}
