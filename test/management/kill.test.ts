import { expect, test } from "bun:test";
import { createSetup } from "../../server/gateway/setup.ts";
import { createManagement } from "../../server/management/management.ts";
import { hashSecret } from "../../server/management/secrets.ts";
import type { AgentStatus } from "../../server/management/wire/status.ts";
import { type ManualStream, manualStream, openDataPlane, settingsOf } from "../support/data-plane.ts";

const CONFIG = 'agents: { "*": { budget: { max_cost_per_day: 20 } } }';
const CHUNK = 'data: {"id":"1","choices":[{"index":0,"delta":{"content":"Hello"}}]}\n\n';

test("pausing with kill ends the agent's streams within one turn, as cut, with the error of its dialect; others go on", async () => {
  const streams: ManualStream[] = [];
  using plane = openDataPlane({
    config: CONFIG,
    upstream: () => {
      const stream = manualStream();
      streams.push(stream);
      return stream.response;
    },
  });
  const { store, fleet, keys, gateway } = plane;
  const setup = createSetup(settingsOf(CONFIG, "/nonexistent"));
  store.state.writeAdminToken({ hash: hashSecret("secret"), origin: "made" });
  const api = createManagement({
    now: () => Date.UTC(2026, 0, 15, 12),
    version: "1.2.3",
    startedAt: 0,
    fleet,
    store,
    keys,
    controls: gateway.controls,
    kill: gateway.kill,
    settings: () => setup.settings,
    setup: () => setup,
    configuration: {
      values: () => [],
      shadowed: () => [],
      removedPolicies: () => [],
      removedAlerts: () => [],
      change: () => ({ outcome: "fixed", paths: [] }),
    },
    alerts: { raised: () => [], test: async () => null },
    fetch: () => Promise.reject(new Error("this API has no network")),
    health: () => ({ degraded: [], warnings: [] }),
    reload: () =>
      Promise.resolve({ outcome: "applied", applied: false, needs_restart: [], warnings: [], shadowed: [] }),
    gatewayUrl: () => "",
    dashboardUrl: () => "",
    random: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)),
    every: () => () => undefined,
    stopping: new AbortController().signal,
    log: () => undefined,
  });
  const call = (agent: string) =>
    plane.send(`/agents/${agent}/openai/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: "Bearer sk-own" },
      body: JSON.stringify({
        model: "gpt-4o-mini",
        stream: true,
        messages: [{ role: "user", content: "Hi" }],
      }),
    });

  const looping = await call("looping");
  const other = await call("other");
  for (const stream of streams) stream.push(CHUNK);
  expect(fleet.agents.get("looping")?.money.held).toBeGreaterThan(0);

  const request = new Request("http://localhost/api/agents/looping/pause", {
    method: "POST",
    headers: { authorization: "Bearer secret", host: "localhost" },
    body: JSON.stringify({ kill: true, reason: "it loops" }),
  });
  const told = (await (await api.handle(request)).json()) as AgentStatus;
  expect(plane.sent.map(({ signal }) => signal.aborted)).toEqual([true, false]);
  expect(told).toMatchObject({ id: "looping", status: "paused", pause_detail: "it loops" });

  const events = (await looping.text()).split("\n\n").filter((event) => event !== "");
  expect(JSON.parse(events.at(-1)?.replace("data: ", "") ?? "")).toMatchObject({
    error: { code: "agent_deactivated" },
  });
  expect(plane.calls()).toMatchObject([{ agent: "looping", ending: "cut", error: "agent_deactivated" }]);
  expect(fleet.agents.get("looping")?.money.held).toBe(0);
  expect(fleet.agents.get("looping")?.inFlight).toBe(0);
  expect(fleet.agents.get("other")?.inFlight).toBe(1);

  const refused = await call("looping");
  expect(refused.headers.get("x-tollgate-blocked")).toBe("agent_deactivated");
  expect(plane.sent).toHaveLength(2);

  streams[1]?.push("data: [DONE]\n\n");
  streams[1]?.end();
  expect(await other.text()).toContain("Hello");
  expect(plane.calls()[1]).toMatchObject({ agent: "other", ending: "complete" });
  expect(store.holds.size).toBe(0);
});
