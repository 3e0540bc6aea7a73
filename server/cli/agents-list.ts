import { defineCommand } from "citty";
import type { Instant } from "../core/duration.ts";
import type { AgentStatus } from "../management/wire/status.ts";
import { ask } from "./ask.ts";
import { orFail } from "./failure.ts";
import { renderAge, renderForeign, UNKNOWN } from "./figures.ts";
import { type Style, styleFor } from "./style.ts";
import { type Column, renderTable } from "./table.ts";
import { findTarget, TARGET_ARGS } from "./target.ts";
import type { Terminal } from "./terminal.ts";

/** Who there is; what they do and cost is what `status` shows. */
export function listAgentsCommand(terminal: Terminal) {
  return defineCommand({
    meta: { name: "list", description: "Show every agent, its owner, purpose, lane and trust" },
    args: {
      json: { type: "boolean", description: "Print the answer of GET /api/agents" },
      ...TARGET_ARGS,
    },
    async run({ args }) {
      const target = orFail(findTarget(args, terminal));
      const answer = orFail(await ask(target, (client) => client.api.agents.get()));
      const lines = args.json
        ? [JSON.stringify(answer, null, 2)]
        : renderAgents(answer.agents, terminal.now(), terminal.columns, styleFor(terminal));
      for (const line of lines) terminal.print(line);
      if (answer.agents.length === 0) {
        terminal.complain("No agent has called or is configured. `tollgate status` shows the first step.");
      }
    },
  });
}

const COLUMNS: readonly Column[] = [
  { title: "AGENT", align: "left", flexible: true },
  { title: "STATUS", align: "left" },
  { title: "OWNER", align: "left", flexible: true, rank: 3 },
  { title: "PURPOSE", align: "left", flexible: true, rank: 4 },
  { title: "TAGS", align: "left", flexible: true, rank: 1 },
  { title: "LANE", align: "left", rank: 2 },
  { title: "TRUST", align: "left", rank: 5 },
  { title: "LAST SEEN", align: "left", rank: 6 },
];

/** A line for each agent by its name; nothing where there is none. Pure. */
export function renderAgents(
  agents: readonly AgentStatus[],
  now: Instant,
  columns: number,
  style: Style,
): string[] {
  if (agents.length === 0) return [];
  const rows = agents
    .toSorted((one, other) => one.id.localeCompare(other.id))
    .map(({ id, status, owner, purpose, tags, priority, trust, last_seen }) => [
      renderForeign(id),
      status,
      owner === null ? UNKNOWN : renderForeign(owner),
      purpose === null ? UNKNOWN : renderForeign(purpose),
      tags.length === 0 ? UNKNOWN : renderForeign(tags.join(", ")),
      priority,
      trust === null ? "off" : `${Math.round(trust.score)} ${trust.tier}${trust.pinned ? ", pinned" : ""}`,
      last_seen === null ? "never" : renderAge(last_seen, now),
    ]);
  const table = renderTable(COLUMNS, rows, columns);
  return [style.bold(table.head), ...table.lines];
}
