import { defineCommand } from "citty";
import { listAgentsCommand } from "./agents-list.ts";
import { setAgentCommand, unsetAgentCommand } from "./agents-set.ts";
import { showAgentCommand } from "./agents-show.ts";
import type { Terminal } from "./terminal.ts";

/** Everything about who the agents are and what holds for them (SPEC 2.2). */
export function agentsCommand(terminal: Terminal) {
  return defineCommand({
    meta: { name: "agents", description: "List agents, show and change what holds for them" },
    subCommands: {
      list: listAgentsCommand(terminal),
      show: showAgentCommand(terminal),
      set: setAgentCommand(terminal),
      unset: unsetAgentCommand(terminal),
    },
  });
}
