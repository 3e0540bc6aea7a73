import { expect, test } from "bun:test";
import { createClient } from "../../server/client.ts";
import { post, readError, startManagement, UPSTREAM_KEY } from "./support.ts";

const CONFIG = `agents: { researcher: { owner: team-ml, budget: { max_cost_per_day: 4 } } }\n`;

function open(config = CONFIG) {
  const api = startManagement({ config });
  return Object.assign(api, { config: createClient(api.url, api.token).api.config });
}

test("the configuration is told value by value, with its sources and without its secrets", async () => {
  await using api = open();
  const { data } = await api.config.get();
  const told = new Map(data?.values.map(({ path, value, source }) => [path, [value, source]]));
  expect(told.get("gateway.default_agent")).toEqual(["default", "default"]);
  expect(told.get("gateway.host")).toEqual(["127.0.0.1", "file"]);
  expect(told.get("agents.researcher.owner")).toEqual(["team-ml", "file"]);
  expect(told.get("agents.*.circuit_breaker.window_ms")).toEqual(["1m", "default"]);
  expect(told.has("agents.researcher.circuit_breaker.window_ms")).toBe(false);
  expect(told.get("providers.openai.api_key")).toEqual([`…${UPSTREAM_KEY.slice(-4)}`, "file"]);
  expect(JSON.stringify(data)).not.toContain(UPSTREAM_KEY);
});

test("any settable part of it is set and cleared in the shape of the file", async () => {
  await using api = open();
  const given = {
    gateway: { budget: { max_cost_per_hour: 7 }, blocked_response: "error" },
    agents: { "*": { budget: { max_cost_per_day: 3 } }, researcher: { owner: "team-x" } },
    owners: { "team-x": { budget: { max_cost_total: 9 } } },
    loops: { action: "pause" },
    trust: { quarantine: true },
  };
  const { data } = await api.config.patch(given);
  expect(data?.shadowed).toEqual(["agents.researcher.owner"]);
  const { settings } = api.context.setup();
  expect(settings.gateway).toMatchObject({ blocked_response: "error", budget: { max_cost_per_hour: 7e9 } });
  expect([settings.loops.action, settings.trust.quarantine]).toEqual(["pause", true]);
  expect(settings.owners["team-x"]?.budget.max_cost_total).toBe(9e9);
  expect(api.context.setup().agent("stranger").caps.day).toBe(3e9);

  const before = await api.config.patch({
    gateway: null,
    agents: null,
    owners: null,
    loops: null,
    trust: null,
  });
  expect(before.data?.values.some(({ source }) => source === "runtime")).toBe(false);
  expect(api.store.state.readSettings()).toEqual([]);
});

test.each([
  [{ gateway: { port: 9999 } }, "gateway.port"],
  [{ gateway: { data_dir: "/x" }, agents: { a: { owner: "x" } } }, "gateway.data_dir"],
  [{ identity: { mode: "open" } }, "identity.mode"],
  [{ audit: { fsync: "never" } }, "audit.fsync"],
  [{ admin: { token: "short" } }, "admin.token"],
  [{ dashboard: { host: "0.0.0.0" } }, "dashboard.host"],
  [{ policies: "none" }, "policies"],
])("what the file alone sets is refused, whatever comes with it: %j", async (given, path) => {
  await using api = open();
  const answer = await api.asAdmin("/api/config", { ...post(given), method: "PATCH" });
  expect(answer.status).toBe(403);
  expect(await readError(answer)).toMatchObject({ code: "set_in_file", details: { paths: [path] } });
  expect(api.store.state.readSettings()).toEqual([]);
});

test("policies come under their names: a list would replace all of them", async () => {
  await using api = open();
  const answer = await api.asAdmin("/api/config", { ...post({ policies: [] }), method: "PATCH" });
  expect((await readError(answer)).message).toContain("under its name");
});

test.each([
  [{ policies: { a: { name: "b", condition: "true", action: "deny" } } }, "policies.a.name"],
  [{ alerts: { rules: { a: { name: "b", type: "loop" } } } }, "alerts.rules.a.name"],
])("an entry that calls itself otherwise than its key is refused: %j", async (given, path) => {
  await using api = open();
  const answer = await api.asAdmin("/api/config", { ...post(given), method: "PATCH" });
  expect(answer.status).toBe(400);
  expect(await readError(answer)).toMatchObject({
    code: "invalid_parameter",
    details: { parameters: [path] },
  });
  expect(api.store.state.readSettings()).toEqual([]);
  const same = JSON.parse(JSON.stringify(given).replace('"b"', '"a"'));
  expect((await api.config.patch(same)).status).toBe(200);
});

test("a reload tells what of the file is shadowed, and keeps what was set at run time", async () => {
  await using api = open();
  await api.config.patch({ agents: { researcher: { owner: "team-x", purpose: "ci" } } });
  api.configure(`agents: { researcher: { owner: team-y, budget: { max_cost_per_day: 1 } } }`);
  const { data } = await api.config.reload.post();
  expect(data?.shadowed).toEqual(["agents.researcher.owner"]);
  const researcher = api.context.setup().agent("researcher");
  expect([researcher.owner, researcher.purpose, researcher.caps.day]).toEqual(["team-x", "ci", 1e9]);
});

test("a file that contradicts what was set at run time is refused, and the problem says which it is", async () => {
  await using api = open("loops: { window: 10, threshold: 8 }\n");
  await api.config.patch({ loops: { threshold: 9 } });
  expect(() => api.configure("loops: { window: 5, threshold: 4 }\n")).toThrow("9 alike among the last 5");
  const { error } = await api.config.reload.post();
  expect(error?.status).toBe(422);
  expect(api.context.settings().loops).toMatchObject({ window: 10, threshold: 9 });

  await api.config.patch({ agents: { a: { provider: "anthropic" } }, loops: null });
  expect((await api.config.reload.post()).status).toBe(200);
  expect(api.context.settings().loops).toMatchObject({ window: 5, threshold: 4 });
});

test("no change comes from the page of another origin", async () => {
  await using api = open();
  const headers = { cookie: await api.logIn(), origin: "http://evil.test" };
  const answer = await api.fetch("/api/config", {
    ...post({ loops: { action: "off" } }, headers),
    method: "PATCH",
  });
  expect(answer.status).toBe(403);
  expect(api.context.settings().loops.action).toBe("alert");
});
