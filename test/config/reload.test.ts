import { expect, test } from "bun:test";
import { parseConfig } from "../../server/config/load.ts";
import { keepFixed, listChanges } from "../../server/config/reload.ts";
import type { Settings } from "../../server/core/settings.ts";
import { CONTEXT } from "./context.ts";

function settings(text: string): Settings {
  const parsed = parseConfig(text, CONTEXT);
  if ("problems" in parsed) throw new Error("the test's own file is wrong");
  return parsed.settings;
}

test("equal settings have no changes, however they are written", () => {
  const before = settings("gateway: { idle_timeout: 10m }");
  expect(listChanges(before, settings("gateway:\n  idle_timeout: 600s\n"))).toEqual([]);
});

test("changes are named by path, without values", () => {
  const before = settings("agents: { a: { owner: x, tags: [t] }, b: {} }");
  const after = settings(
    "agents: { a: { owner: y, tags: [t, u] }, 'c.d': {} }\nadmin: { token: a-long-secret-token }",
  );
  const changed = listChanges(before, after);
  expect(changed).toContain("agents.a.owner");
  expect(changed).toContain("agents.a.tags");
  expect(changed).toContain("agents.b.owner");
  expect(changed).toContain('agents."c.d".owner');
  expect(changed).toContain("admin.token");
  expect(changed.join()).not.toContain("secret");
  expect(keepFixed(after, before)).toEqual(after);
});

test("what is bound or opened at the start keeps its value, and only that", () => {
  const before = settings("");
  const after = settings(
    "gateway: { port: 1, host: '::1', data_dir: /d, timezone: UTC, max_agents: 2 }\ndashboard: { port: 2, host: '::1' }",
  );
  const inForce = keepFixed(after, before);
  expect(listChanges(before, inForce)).toEqual(["gateway.max_agents"]);
  expect(listChanges(inForce, after)).toEqual([
    "audit.log_file",
    "dashboard.host",
    "dashboard.port",
    "gateway.data_dir",
    "gateway.host",
    "gateway.port",
    "gateway.timezone",
  ]);
});
