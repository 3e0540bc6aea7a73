import { Elysia } from "elysia";
import type { ManagementContext } from "./context.ts";
import { answerFailure, failure } from "./failure.ts";
import type { ReloadAnswer } from "./wire.ts";

/** `POST /config/reload`: the file as it is now takes effect whole, or 422 with every problem in `details.problems`. */
export function configRoutes(context: ManagementContext) {
  return new Elysia().post("/config/reload", async ({ set }) => {
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
    const { applied, needs_restart, warnings } = result;
    return { applied, needs_restart, warnings } satisfies ReloadAnswer;
  });
}
