/** An agent's configuration: read with its sources, and set at run time (SPEC 2.2, 19). */
import { Elysia } from "elysia";
import { viewAgentConfig } from "./agent-config.ts";
import { checkAgentName, UNKNOWN_AGENT, viewAgentNow } from "./agents.ts";
import { type Change, SETTINGS_BODY } from "./change.ts";
import type { ManagementContext } from "./context.ts";
import { answerFailure } from "./failure.ts";
import type { AgentAnswer, AgentRemovedAnswer } from "./wire/settings.ts";

/**
 * `GET /agents/:id`; `PATCH`, which sets what is given and clears what is null; `PUT`, which replaces all that was set at
 * run time; `DELETE`, which clears it. An agent that has never called may be configured and is known from then on.
 */
export function agentSettingRoutes(context: ManagementContext, change: Change) {
  const view = (name: string): AgentAnswer | null => {
    const status = viewAgentNow(name, context);
    return status && { ...status, config: viewAgentConfig(name, context) };
  };

  return new Elysia()
    .get("/agents/:id", ({ params: { id }, set }) => view(id) ?? answerFailure(UNKNOWN_AGENT, set))
    .patch(
      "/agents/:id",
      ({ params: { id }, body, request, server, set }) => {
        const wanted = { at: ["agents", id], given: body, agent: id };
        const refused = checkAgentName(id) ?? change({ request, server }, wanted);
        if (refused) return answerFailure(refused, set);
        return view(id) ?? answerFailure(UNKNOWN_AGENT, set);
      },
      SETTINGS_BODY,
    )
    .put(
      "/agents/:id",
      ({ params: { id }, body, request, server, set }) => {
        const wanted = { at: ["agents", id], given: body, how: "replace", agent: id } as const;
        const refused = checkAgentName(id) ?? change({ request, server }, wanted);
        if (refused) return answerFailure(refused, set);
        return view(id) ?? answerFailure(UNKNOWN_AGENT, set);
      },
      SETTINGS_BODY,
    )
    .delete("/agents/:id", ({ params: { id }, request, server, set }) => {
      if (!viewAgentNow(id, context)) return answerFailure(UNKNOWN_AGENT, set);
      const refused = change({ request, server }, { at: ["agents", id], given: null, agent: id });
      if (refused) return answerFailure(refused, set);
      return { agent: view(id) } satisfies AgentRemovedAnswer;
    });
}
