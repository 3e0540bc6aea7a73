import { type CommandDef, defineCommand } from "citty";
import { agentsCommand } from "./agents.ts";
import { auditCommand } from "./audit.ts";
import { budgetCommand } from "./budget.ts";
import { completionsCommand } from "./completions.ts";
import { dashboardCommand } from "./dashboard.ts";
import { keysCommand } from "./keys.ts";
import { logsCommand } from "./logs.ts";
import { pauseCommand } from "./pause.ts";
import { policyCommand } from "./policy.ts";
import { providersCommand } from "./providers.ts";
import { reportCommand } from "./report.ts";
import { runCommand } from "./run.ts";
import { statusCommand } from "./status.ts";
import type { Terminal } from "./terminal.ts";
import { readTree } from "./tree.ts";
import { versionCommand } from "./version.ts";

/** Every command, in the order in which `tollgate --help` lists them. */
export function createCommands(terminal: Terminal): CommandDef {
  const root: CommandDef = defineCommand({
    meta: {
      name: "tollgate",
      description: "A gateway between AI agents and LLM providers",
    },
    subCommands: {
      // What needs the server itself is loaded when it is asked for; the other commands start faster.
      start: async () => (await import("./start.ts")).startCommand,
      proxy: async () => (await import("./proxy.ts")).proxyCommand(terminal),
      init: async () => (await import("./init.ts")).initCommand(terminal),
      run: runCommand(terminal),
      status: statusCommand(terminal),
      logs: logsCommand(terminal),
      report: reportCommand(terminal),
      agents: agentsCommand(terminal),
      pause: pauseCommand(terminal),
      budget: budgetCommand(terminal),
      policy: policyCommand(terminal),
      providers: providersCommand(terminal),
      keys: keysCommand(terminal),
      dashboard: dashboardCommand(terminal),
      doctor: async () => (await import("./doctor.ts")).doctorCommand(terminal),
      config: async () => (await import("./config.ts")).configCommand(terminal),
      audit: auditCommand(terminal),
      token: async () => (await import("./token.ts")).tokenCommand(terminal),
      completions: completionsCommand(terminal, () => readTree(root, "tollgate")),
      version: versionCommand(terminal),
    },
  });
  return root;
}
