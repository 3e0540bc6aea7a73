/** Alerts, made, replaced and removed at run time (SPEC 15, 19). Channels are set with the rest of the configuration. */
import { Elysia } from "elysia";
import { unknownAlert, viewAlerts } from "./alerts.ts";
import { type Change, SETTINGS_BODY } from "./change.ts";
import type { ManagementContext } from "./context.ts";
import { answerFailure, failure } from "./failure.ts";
import type { AlertEntry } from "./wire/alerts.ts";

/**
 * `POST /alerts` for a new name; `PUT /alerts/:name`, which makes it or replaces it whole, also one of the file's;
 * `DELETE /alerts/:name`, which brings the file's back where there is one underneath, and removes the file's otherwise.
 */
export function alertSettingRoutes(context: ManagementContext, change: Change) {
  const find = (name: string): AlertEntry | null =>
    viewAlerts(context).alerts.find((alert) => alert.name === name) ?? null;

  return new Elysia()
    .post(
      "/alerts",
      ({ body, request, server, set }) => {
        const { name } = body;
        if (typeof name !== "string") return answerFailure(NAMELESS, set);
        if (find(name)) return answerFailure(taken(name), set);
        const refused = change({ request, server }, { at: pathOf(name), given: body });
        if (refused) return answerFailure(refused, set);
        return find(name) ?? answerFailure(unknownAlert(context), set);
      },
      SETTINGS_BODY,
    )
    .put(
      "/alerts/:name",
      ({ params, body, request, server, set }) => {
        const { name = params.name } = body;
        if (name !== params.name) return answerFailure(RENAMED, set);
        const refused = change({ request, server }, { at: pathOf(params.name), given: body });
        if (refused) return answerFailure(refused, set);
        return find(params.name) ?? answerFailure(unknownAlert(context), set);
      },
      SETTINGS_BODY,
    )
    .delete("/alerts/:name", ({ params: { name }, request, server, set }) => {
      const alert = find(name);
      if (!alert) return answerFailure(unknownAlert(context), set);
      const given = alert.source === "runtime" ? null : false;
      const refused = change({ request, server }, { at: pathOf(name), given });
      return refused ? answerFailure(refused, set) : viewAlerts(context);
    });
}

function pathOf(name: string): readonly string[] {
  return ["alerts", "rules", name];
}

const NAME = { parameters: ["name"] };

const NAMELESS = failure(
  400,
  "invalid_parameter",
  "An alert needs a `name` of 1 to 64 of A-Z a-z 0-9 . _ -",
  NAME,
);

const RENAMED = failure(
  400,
  "invalid_parameter",
  "The `name` is another than the path's. Leave it out; an alert gets a new name by being made anew.",
  NAME,
);

function taken(name: string) {
  const message = `There is an alert ${name} already. PUT /api/alerts/${name} replaces it.`;
  return failure(409, "alert_exists", message, { name });
}
