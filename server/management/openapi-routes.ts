/** What each route of the management API does, and what it answers once it has done it. */
import type { TSchema } from "@sinclair/typebox";
import * as access from "./shapes/access.ts";
import * as alerts from "./shapes/alerts.ts";
import * as governance from "./shapes/governance.ts";
import * as records from "./shapes/records.ts";
import * as settings from "./shapes/settings.ts";
import * as status from "./shapes/status.ts";

/** What is told of a route besides what its code says. */
export interface RouteText {
  /** In a line. */
  readonly does: string;
  /** The JSON; `GET /api/logs` and `GET /api/reports` have other forms too. Null where it answers none of the API's. */
  readonly answers: TSchema | null;
}

const ROWS: readonly (readonly [route: string, does: string, answers: TSchema | null])[] = [
  ["GET /health", "Whether the gateway can do its duty", status.HEALTH_ANSWER],
  ["POST /api/session", "Log the page in with a token or a link's code", access.SESSION_ANSWER],
  ["DELETE /api/session", "Log the page out", null],
  ["POST /api/session/link", "Make a link that logs in once", access.LINK_ANSWER],
  ["WS /api/live", "A snapshot, then each second what changed", null],
  ["GET /api/status", "The gateway, every agent and the sums", status.STATUS_ANSWER],
  ["GET /api/agents", "Every agent that has called or is configured", status.AGENTS_ANSWER],
  ["GET /api/agents/:id", "One agent, and each of its settings with its source", settings.AGENT_ANSWER],
  ["PATCH /api/agents/:id", "Set what is given at run time; null clears", settings.AGENT_ANSWER],
  ["PUT /api/agents/:id", "Replace everything that was set at run time", settings.AGENT_ANSWER],
  ["DELETE /api/agents/:id", "Clear everything that was set at run time", settings.AGENT_REMOVED_ANSWER],
  ["GET /api/agents/:id/trust", "The trust as it stands, and its history", governance.TRUST_ANSWER],
  ["POST /api/agents/:id/pause", "Refuse the agent's calls until it is resumed", status.AGENT_STATUS],
  ["POST /api/agents/:id/resume", "Lift any pause", status.AGENT_STATUS],
  ["GET /api/budget/:id", "What the agent has spent and may still spend", settings.BUDGET_ANSWER],
  ["PUT /api/budget/:id", "Set the agent's caps; null clears", settings.BUDGET_ANSWER],
  ["GET /api/logs", "What happened, newest first, or a download of it", records.LOGS_ANSWER],
  [
    "GET /api/reports",
    "What was called, refused and spent over a period, also for print",
    records.REPORT_ANSWER,
  ],
  ["GET /api/stats", "Series for charts", records.STATS_ANSWER],
  ["GET /api/audit/verify", "Whether the journal is as it was written", records.VERIFY_ANSWER],
  [
    "GET /api/policies",
    "The policies in force, in the order in which they are asked",
    governance.POLICIES_ANSWER,
  ],
  ["POST /api/policies", "Add a policy", governance.POLICY_ENTRY],
  ["PUT /api/policies/:name", "Set a policy at run time", governance.POLICY_ENTRY],
  ["DELETE /api/policies/:name", "Remove a policy", governance.POLICIES_ANSWER],
  ["POST /api/policies/test", "Whom a policy or a condition would have hit", governance.POLICY_TEST_ANSWER],
  ["GET /api/alerts", "The alerts in force, what they have raised, and the channels", alerts.ALERTS_ANSWER],
  ["POST /api/alerts", "Add an alert", alerts.ALERT_ENTRY],
  ["PUT /api/alerts/:name", "Set an alert at run time", alerts.ALERT_ENTRY],
  ["DELETE /api/alerts/:name", "Remove an alert", alerts.ALERTS_ANSWER],
  [
    "GET /api/alerts/history",
    "What was told, newest first, and what became of it at each channel",
    alerts.ALERT_HISTORY_ANSWER,
  ],
  ["POST /api/alerts/:name/test", "Send a test to the alert's channels", alerts.NOTICE_ENTRY],
  ["GET /api/providers", "Every provider and how it is reached", settings.PROVIDERS_ANSWER],
  ["PUT /api/providers/:name", "Set what is given of a provider; null clears", settings.PROVIDER_ENTRY],
  ["POST /api/providers/:name/validate", "Try the stored key out", settings.PROVIDER_CHECK_ANSWER],
  ["DELETE /api/providers/:name/key", "Remove the key that was stored at run time", settings.PROVIDER_ENTRY],
  ["GET /api/keys", "Every gateway key there ever was", access.KEYS_ANSWER],
  ["POST /api/keys", "Make a gateway key, told this once", access.KEY_ANSWER],
  ["DELETE /api/keys/:id", "Revoke a gateway key", access.KEY_ENTRY],
  ["GET /api/tokens", "Every further token there ever was", access.TOKENS_ANSWER],
  ["POST /api/tokens", "Make a further token, told this once", access.TOKEN_ANSWER],
  ["DELETE /api/tokens/:id", "Revoke a further token", access.TOKEN_ENTRY],
  ["POST /api/events", "Take what tools around agents report", records.EVENTS_ANSWER],
  ["GET /api/config", "The settings in force, secrets masked", settings.CONFIG_ANSWER],
  ["PATCH /api/config", "Set what is given at run time; null clears", settings.CONFIG_ANSWER],
  ["POST /api/config/reload", "Read the configuration file anew", settings.RELOAD_ANSWER],
  ["GET /api/openapi.json", "This description", null],
];

/** By method and path: `GET /api/status`. */
export const ROUTE_TEXTS: ReadonlyMap<string, RouteText> = new Map(
  ROWS.map(([route, does, answers]) => [route, { does, answers }]),
);
