/** An agent's own budget: what is spent, held and left of it, and its caps, set at run time (SPEC 7.1, 19). */
import { Elysia } from "elysia";
import type { AgentName } from "../core/agent.ts";
import type { Window } from "../core/budget.ts";
import { toUsd } from "../core/money.ts";
import type { AgentState } from "../gateway/fleet.ts";
import { viewAgentConfig } from "./agent-config.ts";
import { checkAgentName, UNKNOWN_AGENT } from "./agents.ts";
import { type Change, SETTINGS_BODY } from "./change.ts";
import type { ManagementContext } from "./context.ts";
import { answerFailure, type Failure, failure } from "./failure.ts";
import { viewBudget } from "./governance.ts";
import { findAgent } from "./view.ts";
import type { BudgetAnswer } from "./wire/settings.ts";
import type { BudgetCaps } from "./wire/status.ts";

/** Shorter words for the file's. */
const WORDS: ReadonlyMap<string, keyof BudgetCaps> = new Map([
  ["hourly", "max_cost_per_hour"],
  ["daily", "max_cost_per_day"],
  ["total", "max_cost_total"],
] as const);

/** `GET /budget/:id`, and `PUT`, which sets the caps that are given, clears those that are null and leaves the others. */
export function budgetRoutes(context: ManagementContext, change: Change) {
  const view = (name: AgentName): BudgetAnswer | null => {
    context.fleet.turn(context.now());
    const agent = findAgent(context, name);
    return agent && viewAgentBudget(agent, context);
  };

  return new Elysia()
    .get("/budget/:id", ({ params: { id }, set }) => view(id) ?? answerFailure(UNKNOWN_AGENT, set))
    .put(
      "/budget/:id",
      ({ params: { id }, body, request, server, set }) => {
        const caps = checkAgentName(id) ?? readCaps(body);
        if ("status" in caps) return answerFailure(caps, set);
        const wanted = { at: ["agents", id, "budget"], given: caps.given, agent: id };
        const refused = change({ request, server }, wanted);
        if (refused) return answerFailure(refused, set);
        return view(id) ?? answerFailure(UNKNOWN_AGENT, set);
      },
      SETTINGS_BODY,
    );
}

/** The caps by the names that the file has; or a failure where one is given by both of its names. */
function readCaps(body: Readonly<Record<string, unknown>>): { readonly given: unknown } | Failure {
  const given = Object.entries(body).map(([name, cap]) => [WORDS.get(name) ?? name, cap] as const);
  const names = given.map(([name]) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return { given: Object.fromEntries(given) };
  const message = `Nothing was changed: ${twice} is given by two names. Send it once.`;
  return failure(400, "invalid_parameter", message, { parameters: [twice] });
}

function viewAgentBudget(
  { name, money, hour, day, total }: AgentState,
  context: ManagementContext,
): BudgetAnswer {
  const terms = context.setup().agent(name);
  const left = (window: Window): number | null => {
    const cap = terms.caps[window];
    return cap === null ? null : toUsd(Math.max(0, cap - money.spent(window) - money.held));
  };
  const settings = viewAgentConfig(name, context);
  const sourceOf = (cap: keyof BudgetCaps) =>
    settings.find(({ setting }) => setting === `budget.${cap}`)?.source ?? "default";
  return {
    agent: name,
    budget: viewBudget(terms),
    sources: {
      max_cost_per_hour: sourceOf("max_cost_per_hour"),
      max_cost_per_day: sourceOf("max_cost_per_day"),
      max_cost_total: sourceOf("max_cost_total"),
      max_cost_per_request: sourceOf("max_cost_per_request"),
    },
    spent: { hour: toUsd(hour.costNano), day: toUsd(day.costNano), total: toUsd(total.costNano) },
    held: toUsd(money.held),
    left: { hour: left("hour"), day: left("day"), total: left("total") },
  };
}
