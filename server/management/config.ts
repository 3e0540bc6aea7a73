/** The configuration as a whole: in force, changed at run time, read anew (SPEC 1.6, 2.2, 19). */
import { Elysia } from "elysia";
import { type Change, SETTINGS_BODY } from "./change.ts";
import type { ManagementContext } from "./context.ts";
import { answerFailure, type Failure, failure } from "./failure.ts";
import { isObject, type JsonObject, memberOf } from "./json-object.ts";
import type { ConfigAnswer, ReloadAnswer } from "./wire/settings.ts";

/**
 * `GET /config`, secrets masked; `PATCH /config`, which sets what is given in the shape of the file and clears what is null;
 * `POST /config/reload`: the file as it is now takes effect whole, or 422 with every problem in `details.problems`.
 */
export function configRoutes(context: ManagementContext, change: Change) {
  return new Elysia()
    .get("/config", (): ConfigAnswer => viewConfig(context))
    .patch(
      "/config",
      ({ body, request, server, set }) => {
        const refused =
          checkLists(body) ?? checkNames(body) ?? change({ request, server }, { at: [], given: body });
        return refused ? answerFailure(refused, set) : viewConfig(context);
      },
      SETTINGS_BODY,
    )
    .post("/config/reload", async ({ set }) => {
      const result = await context.reload();
      if (result.outcome === "refused") {
        const count = result.problems.length === 1 ? "a problem" : `${result.problems.length} problems`;
        const refused = failure(
          422,
          "invalid_config",
          `The file has ${count}; the settings in force stay as they are.`,
          { problems: result.problems },
        );
        return answerFailure(refused, set);
      }
      const { applied, needs_restart, warnings, shadowed } = result;
      return { applied, needs_restart, warnings, shadowed } satisfies ReloadAnswer;
    });
}

/** A list would take the place of all policies or alerts, those of the file included, and nobody would notice. */
function checkLists({ policies, alerts }: JsonObject): Failure | null {
  if (Array.isArray(policies)) return failure(400, "invalid_parameter", LISTED_POLICIES, POLICIES);
  const rules = memberOf(alerts, "rules");
  return Array.isArray(rules) ? failure(400, "invalid_parameter", LISTED_ALERTS, ALERTS) : null;
}

const POLICIES = { parameters: ["policies"] };
const LISTED_POLICIES =
  'Nothing was changed: here each policy stands under its name, {"policies": {"runaway": {"condition": …, "action": …}}}.';
const ALERTS = { parameters: ["alerts.rules"] };
const LISTED_ALERTS =
  'Nothing was changed: here each alert stands under its name, {"alerts": {"rules": {"spend": {"type": "budget", …}}}}.';

/** Each entry is called as the key says above it: a `name` within that says otherwise would be lost. */
function checkNames({ policies, alerts }: JsonObject): Failure | null {
  const lists = [
    ["policies", policies],
    ["alerts.rules", memberOf(alerts, "rules")],
  ] as const;
  for (const [list, entries] of lists) {
    for (const [key, entry] of Object.entries(isObject(entries) ? entries : {})) {
      const name = memberOf(entry, "name");
      if (name !== undefined && name !== key)
        return failure(400, "invalid_parameter", describeName(list, key), {
          parameters: [`${list}.${key}.name`],
        });
    }
  }
  return null;
}

function describeName(list: string, key: string): string {
  return `Nothing was changed: the \`name\` in ${list}.${key} is another than its key. Leave it out; an entry gets a new name by being made anew.`;
}

function viewConfig({ configuration }: ManagementContext): ConfigAnswer {
  const values = configuration.values([]).map(({ name, value, source }) => ({ path: name, value, source }));
  return { values, shadowed: configuration.shadowed() };
}
