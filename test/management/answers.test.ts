/** Every answer of the management API against the schema that its description gives for it. */
import { expect, test } from "bun:test";
import { Value } from "@sinclair/typebox/value";
import { ROUTE_TEXTS } from "../../server/management/openapi-routes.ts";
import { type Harness, makeCall, NOON, post, startManagement } from "./support.ts";

const CONFIG = `
agents:
  "*": { provider: openai, api_key: sk-0000-9999, budget: { max_cost_per_day: 5 }, rate_limit: 100/min }
  researcher: { owner: ada, purpose: reading, tags: [lab], priority: high }
policies: [{ name: runaway, condition: "error_rate > 0.5", action: pause }]
alerts:
  channels: { ops: { type: webhook, url: "https://hooks.example/secret" } }
  rules: [{ name: spend, type: budget, window: day, percent: 80, channels: [ops] }]
`;

const POLICY = { name: "idle", condition: "calls_this_hour > 9", action: "alert" };
const ALERT = { name: "quiet", type: "agent_down", minutes: 30, channels: ["ops"] };
const EVENT = { agent_id: "researcher", event_type: "custom" };

/** What is asked, in this order: the pattern, its parameter, the body. */
const QUESTIONS: readonly (readonly [pattern: string, parameter?: string, body?: unknown])[] = [
  ["GET /health"],
  ["POST /api/session"],
  ["POST /api/session/link"],
  ["POST /api/events", "", EVENT],
  ["POST /api/events", "", [EVENT, {}]],
  ["GET /api/status"],
  ["GET /api/agents"],
  ["GET /api/agents/:id", "researcher"],
  ["PATCH /api/agents/:id", "researcher", { budget: { max_cost_per_hour: 1 } }],
  ["PUT /api/agents/:id", "researcher", { rate_limit: "5/min" }],
  ["POST /api/agents/:id/pause", "researcher", { reason: "enough", duration: "1h" }],
  ["GET /api/agents/:id/trust", "researcher"],
  ["GET /api/status"],
  ["POST /api/agents/:id/resume", "researcher"],
  ["DELETE /api/agents/:id", "researcher"],
  ["PATCH /api/agents/:id", "passing", { owner: "nobody" }],
  ["DELETE /api/agents/:id", "passing"],
  ["GET /api/budget/:id", "researcher"],
  ["PUT /api/budget/:id", "researcher", { total: 10, hourly: "unlimited" }],
  ["GET /api/logs"],
  ["GET /api/reports"],
  ["GET /api/stats"],
  ["GET /api/audit/verify"],
  ["GET /api/policies"],
  ["POST /api/policies", "", POLICY],
  ["PUT /api/policies/:name", "idle", { ...POLICY, mode: "shadow" }],
  ["POST /api/policies/test", "", { condition: "call_count > 0" }],
  ["POST /api/policies/test", "", { name: "runaway" }],
  ["DELETE /api/policies/:name", "runaway"],
  ["GET /api/alerts"],
  ["POST /api/alerts", "", ALERT],
  ["PUT /api/alerts/:name", "quiet", { ...ALERT, minutes: 60 }],
  ["POST /api/alerts/:name/test", "spend"],
  ["GET /api/alerts/history"],
  ["DELETE /api/alerts/:name", "spend"],
  ["GET /api/providers"],
  [
    "PUT /api/providers/:name",
    "mistral",
    { api_key: "sk-m-1234", rate_limit: { max_requests: 5, window_seconds: 60 } },
  ],
  ["POST /api/providers/:name/validate", "openai"],
  ["DELETE /api/providers/:name/key", "mistral"],
  ["POST /api/keys", "", { agent: "researcher", name: "laptop", expires_in: "1d" }],
  ["GET /api/keys"],
  ["DELETE /api/keys/:id", "key"],
  ["POST /api/tokens", "", { role: "viewer", name: "screen", expires_in: "1d" }],
  ["GET /api/tokens"],
  ["DELETE /api/tokens/:id", "token"],
  ["GET /api/config"],
  ["PATCH /api/config", "", { agents: { researcher: { owner: "grace" } } }],
  ["POST /api/config/reload"],
];

/** A gateway in which something of every kind has happened. */
function startBusy(): Harness {
  const api = startManagement({ config: CONFIG });
  api.setAgent("researcher", { owner: "ada", purpose: "reading", inFlight: 1, lastSeen: NOON - 1_000 });
  api.append(makeCall());
  api.append(makeCall({ request_id: "req-2", status: 500, ending: "failed", cost: null, cost_nano: null }));
  api.append({
    type: "blocked",
    time: new Date(NOON - 500).toISOString(),
    request_id: "req-3",
    agent: "researcher",
    reason: "rate_limited",
    status: 429,
    method: "POST",
    path: "/v1/chat/completions",
  });
  const detail = { reason: "refused_model", points: 3, score: 47 };
  const time = new Date(NOON - 400).toISOString();
  api.append({ type: "trust", event: "trust.lost", time, agent: "researcher", detail });
  const { circuit_breaker: settings } = api.context.setup().agent("researcher");
  const call = { agent: "researcher", provider: "openai", origin: "https://api.openai.com", settings };
  for (let count = 0; count < 20; count++) api.controls.breakers.take(call, NOON).fail(NOON);
  api.reload = async () => ({
    outcome: "applied",
    applied: true,
    needs_restart: ["gateway.port"],
    warnings: ["it is warm"],
    shadowed: [],
  });
  return api;
}

test("every answer has the form that the description gives for it, and nothing besides", async () => {
  await using api = startBusy();
  const ids = { key: "", token: "" };
  for (const [pattern, parameter = "", body] of QUESTIONS) {
    const [method = "", route = ""] = pattern.split(" ");
    const name = parameter === "key" || parameter === "token" ? ids[parameter] : parameter;
    const path = route.replace(/:\w+/, name);
    const sent = route === "/api/session" ? { token: api.token } : body;
    const answer = await api.asAdmin(path, { ...(sent === undefined ? {} : post(sent)), method });
    const text = await answer.text();
    expect([pattern, answer.ok || text]).toEqual([pattern, true]);
    const told = JSON.parse(text);
    if (pattern === "POST /api/keys") ids.key = told.id;
    if (pattern === "POST /api/tokens") ids.token = told.id;
    const schema = ROUTE_TEXTS.get(pattern)?.answers;
    if (!schema) throw new Error(`${pattern} has no schema`);
    const wrong = [...Value.Errors(schema, told)].map(({ path, message }) => `${path}: ${message}`);
    expect([pattern, wrong]).toEqual([pattern, []]);
    // What the schema does not name is cleaned away.
    expect(Value.Clean(schema, structuredClone(told))).toEqual(told);
  }
});

test("every route that answers JSON is asked", () => {
  const asked = new Set(QUESTIONS.map(([pattern]) => pattern));
  const answering = [...ROUTE_TEXTS].filter(([, { answers }]) => answers !== null).map(([route]) => route);
  expect(answering.toSorted()).toEqual([...asked].toSorted());
});
