/** What each route of the management API answers once it has done what it was asked. */
import type { TSchema } from "@sinclair/typebox";
import * as access from "./shapes/access.ts";
import * as alerts from "./shapes/alerts.ts";
import * as governance from "./shapes/governance.ts";
import * as records from "./shapes/records.ts";
import * as settings from "./shapes/settings.ts";
import * as status from "./shapes/status.ts";

/** JSON alone; `GET /api/logs` and `GET /api/reports` have other forms too. A route that is not here answers no JSON of the API's. */
export const ROUTE_ANSWERS: ReadonlyMap<string, TSchema> = new Map<string, TSchema>([
  ["GET /health", status.HEALTH_ANSWER],
  ["POST /api/session", access.SESSION_ANSWER],
  ["POST /api/session/link", access.LINK_ANSWER],
  ["GET /api/status", status.STATUS_ANSWER],
  ["GET /api/agents", status.AGENTS_ANSWER],
  ["GET /api/agents/:id", settings.AGENT_ANSWER],
  ["PATCH /api/agents/:id", settings.AGENT_ANSWER],
  ["PUT /api/agents/:id", settings.AGENT_ANSWER],
  ["DELETE /api/agents/:id", settings.AGENT_REMOVED_ANSWER],
  ["GET /api/agents/:id/trust", governance.TRUST_ANSWER],
  ["POST /api/agents/:id/pause", status.AGENT_STATUS],
  ["POST /api/agents/:id/resume", status.AGENT_STATUS],
  ["GET /api/budget/:id", settings.BUDGET_ANSWER],
  ["PUT /api/budget/:id", settings.BUDGET_ANSWER],
  ["GET /api/logs", records.LOGS_ANSWER],
  ["GET /api/reports", records.REPORT_ANSWER],
  ["GET /api/stats", records.STATS_ANSWER],
  ["GET /api/audit/verify", records.VERIFY_ANSWER],
  ["GET /api/policies", governance.POLICIES_ANSWER],
  ["POST /api/policies", governance.POLICY_ENTRY],
  ["PUT /api/policies/:name", governance.POLICY_ENTRY],
  ["DELETE /api/policies/:name", governance.POLICIES_ANSWER],
  ["POST /api/policies/test", governance.POLICY_TEST_ANSWER],
  ["GET /api/alerts", alerts.ALERTS_ANSWER],
  ["POST /api/alerts", alerts.ALERT_ENTRY],
  ["PUT /api/alerts/:name", alerts.ALERT_ENTRY],
  ["DELETE /api/alerts/:name", alerts.ALERTS_ANSWER],
  ["GET /api/alerts/history", alerts.ALERT_HISTORY_ANSWER],
  ["POST /api/alerts/:name/test", alerts.NOTICE_ENTRY],
  ["GET /api/providers", settings.PROVIDERS_ANSWER],
  ["PUT /api/providers/:name", settings.PROVIDER_ENTRY],
  ["POST /api/providers/:name/validate", settings.PROVIDER_CHECK_ANSWER],
  ["DELETE /api/providers/:name/key", settings.PROVIDER_ENTRY],
  ["GET /api/keys", access.KEYS_ANSWER],
  ["POST /api/keys", access.KEY_ANSWER],
  ["DELETE /api/keys/:id", access.KEY_ENTRY],
  ["GET /api/tokens", access.TOKENS_ANSWER],
  ["POST /api/tokens", access.TOKEN_ANSWER],
  ["DELETE /api/tokens/:id", access.TOKEN_ENTRY],
  ["POST /api/events", records.EVENTS_ANSWER],
  ["GET /api/config", settings.CONFIG_ANSWER],
  ["PATCH /api/config", settings.CONFIG_ANSWER],
  ["POST /api/config/reload", settings.RELOAD_ANSWER],
]);
