import { defineCommand } from "citty";
import { auditCommand } from "./audit.ts";
import { budgetCommand } from "./budget.ts";
import { dashboardCommand } from "./dashboard.ts";
import { keysCommand } from "./keys.ts";
import { logsCommand } from "./logs.ts";
import { pauseCommand } from "./pause.ts";
import { policyCommand } from "./policy.ts";
import { statusCommand } from "./status.ts";
import type { Terminal } from "./terminal.ts";
import { versionCommand } from "./version.ts";

/** Every command, in the order in which `tollgate --help` lists them. */
export function createCommands(terminal: Terminal) {
  return defineCommand({
    meta: {
      name: "tollgate",
      description: "A gateway between AI agents and LLM providers",
    },
    subCommands: {
      // Loaded when it is asked for: the other commands need nothing of the server.
      start: async () => (await import("./start.ts")).startCommand,
      status: statusCommand(terminal),
      logs: logsCommand(terminal),
      pause: pauseCommand(terminal),
      budget: budgetCommand(terminal),
      policy: policyCommand(terminal),
      dashboard: dashboardCommand(terminal),
      keys: keysCommand(terminal),
      audit: auditCommand(terminal),
      version: versionCommand(terminal),
    },
  });
}

/** What the help of each command ends with, by its words. */
export const EXAMPLES: ReadonlyMap<string, readonly string[]> = new Map([
  ["tollgate", ["tollgate start", "tollgate status", "tollgate logs -f"]],
  [
    "tollgate start",
    ["tollgate start", "tollgate start -c gateway.yaml", "tollgate start --port 9000 --data-dir ./data"],
  ],
  ["tollgate status", ["tollgate status", "tollgate status --json | jq '.agents[].cost.day'"]],
  [
    "tollgate logs",
    [
      "tollgate logs --since 24h --agent researcher",
      "tollgate logs -f --type blocked",
      "tollgate logs --provider openai --status 429 --since 2h --until 1h",
      "tollgate logs --limit 1000 --json",
    ],
  ],
  [
    "tollgate pause",
    [
      "tollgate pause researcher",
      'tollgate pause researcher --for 1h --reason "deploying"',
      "tollgate pause researcher --kill",
      "tollgate pause researcher --resume",
    ],
  ],
  ["tollgate budget", ["tollgate budget researcher", "tollgate budget researcher --json | jq .held"]],
  ["tollgate policy", ['tollgate policy test "cost_today > 5"']],
  [
    "tollgate policy test",
    ["tollgate policy test runaway-spend", 'tollgate policy test "error_rate > 0.5" --since 30d'],
  ],
  [
    "tollgate dashboard",
    ["tollgate dashboard", "tollgate dashboard --no-open --url http://gateway.lan:8080"],
  ],
  ["tollgate keys", ["tollgate keys create researcher", "tollgate keys list"]],
  [
    "tollgate keys create",
    [
      "tollgate keys create researcher",
      "tollgate keys create researcher --name ci --expires 30d",
      "tollgate keys create researcher > researcher.key",
    ],
  ],
  ["tollgate keys list", ["tollgate keys list", "tollgate keys list --json | jq '.keys[].id'"]],
  ["tollgate keys revoke", ["tollgate keys revoke key_0a1b2c3d4e5f"]],
  ["tollgate audit", ["tollgate audit verify", "tollgate audit rebuild"]],
  ["tollgate audit verify", ["tollgate audit verify", "tollgate audit verify -c gateway.yaml --json"]],
  ["tollgate audit rebuild", ["tollgate audit rebuild", "tollgate audit rebuild --data-dir ./data"]],
  ["tollgate version", ["tollgate version"]],
]);
