import { Elysia } from "elysia";
import type { ManagementContext } from "./context.ts";
import { answerFailure, failure } from "./failure.ts";
import { viewAgent, viewStatus } from "./view.ts";
import type { AgentsAnswer } from "./wire.ts";

const UNKNOWN = failure(404, "unknown_agent", "No agent of that name has called.");

/** `GET /agents` and `GET /agents/:id`: those that have called since the journal began. */
export function agentRoutes(context: ManagementContext) {
  return new Elysia()
    .get("/agents", (): AgentsAnswer => ({ agents: viewStatus(context, context.now()).agents }))
    .get("/agents/:id", ({ params, set }) => {
      const now = context.now();
      context.fleet.turn(now);
      const agent = context.fleet.agents.get(params.id);
      return agent ? viewAgent(agent, now) : answerFailure(UNKNOWN, set);
    });
}
