/** The management API: one plugin per resource, in the order in which a request meets them. */
import { Elysia } from "elysia";
import { readTarget } from "../gateway/route.ts";
import { agentSettingRoutes } from "./agent-settings.ts";
import { agentRoutes } from "./agents.ts";
import { alertSettingRoutes } from "./alert-settings.ts";
import { alertRoutes } from "./alerts.ts";
import { auditRoutes } from "./audit.ts";
import { createAuth } from "./auth.ts";
import { budgetRoutes } from "./budget.ts";
import { createChange } from "./change.ts";
import { configRoutes } from "./config.ts";
import type { ManagementContext } from "./context.ts";
import { eventRoutes } from "./events.ts";
import { answerFailure, explainError, failure } from "./failure.ts";
import { guardIdentity, guardSource } from "./guard.ts";
import { healthRoutes } from "./health.ts";
import { keyRoutes } from "./keys.ts";
import { liveRoutes } from "./live.ts";
import { logRoutes } from "./logs.ts";
import { type DescribedRoute, openApiRoutes } from "./openapi.ts";
import { policyRoutes } from "./policies.ts";
import { policySettingRoutes } from "./policy-settings.ts";
import { providerRoutes } from "./providers.ts";
import { reportRoutes } from "./reports.ts";
import { createSecret } from "./secrets.ts";
import { loginRoutes, sessionRoutes } from "./session.ts";
import { statsRoutes } from "./stats.ts";
import { statusRoutes } from "./status.ts";
import { createTokenRing } from "./token-ring.ts";
import { tokenRoutes } from "./tokens.ts";
import { createVerification } from "./verification.ts";

const UNKNOWN = failure(404, "unknown_route", "There is no such route or method under /api.");

/** `/health` and everything under `/api`, as a plugin for each listener's app. Everything but logging in needs a login. */
export function createManagement(context: ManagementContext) {
  const tokens = createTokenRing(context.store.state, context.random);
  const auth = createAuth(context.store.state, tokens, context.now, context.random);
  const change = createChange(context, auth);
  const verify = createVerification(context);

  const described: DescribedRoute[] = [];

  const management = new Elysia({ name: "management" }).use(healthRoutes(context)).use(
    new Elysia({ prefix: "/api" })
      .onError(({ error, request, set }) => {
        if (error instanceof Response) return error;
        const incident = createSecret(context.random).slice(0, 8);
        const failed = explainError(error, incident);
        if (failed.status === 500) {
          const { path } = readTarget(request.url);
          context.log(`${incident} ${request.method} ${path}: ${renderCause(error)}`);
        }
        return answerFailure(failed, set);
      })
      .onAfterHandle(({ set }) => {
        set.headers["cache-control"] ??= "no-store";
      })
      .use(guardSource(context.settings))
      .use(loginRoutes(context, auth))
      .use(liveRoutes(context, auth))
      .use(guardIdentity(auth))
      .use(sessionRoutes(context, auth))
      .use(statusRoutes(context))
      .use(agentRoutes(context))
      .use(agentSettingRoutes(context, change))
      .use(budgetRoutes(context, change))
      .use(logRoutes(context))
      .use(reportRoutes(context, verify))
      .use(statsRoutes(context))
      .use(auditRoutes(verify))
      .use(policyRoutes(context))
      .use(policySettingRoutes(context, change))
      .use(alertRoutes(context))
      .use(alertSettingRoutes(context, change))
      .use(providerRoutes(context, change))
      .use(keyRoutes(context, auth))
      .use(tokenRoutes(context, auth, tokens))
      .use(eventRoutes(context, auth))
      .use(configRoutes(context, change))
      .use(openApiRoutes(context.version, described))
      .use(unknownRoutes()),
  );
  described.push(...management.routes);
  return management;
}

/** What is left of /api. GET stands by itself too, since the page answers GET on every path. */
function unknownRoutes() {
  return new Elysia()
    .get("/*", ({ set }) => answerFailure(UNKNOWN, set))
    .all("/*", ({ set }) => answerFailure(UNKNOWN, set))
    .all("/", ({ set }) => answerFailure(UNKNOWN, set));
}

function renderCause(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
