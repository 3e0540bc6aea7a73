import { defineCommand } from "citty";
import type { Instant } from "../core/duration.ts";
import type { AgentStatus, StatusAnswer } from "../management/wire.ts";
import { ask } from "./ask.ts";
import { orFail } from "./failure.ts";
import { renderAge, renderCount, renderForeign, renderMoney, renderSpan, UNKNOWN } from "./figures.ts";
import { type Style, styleFor } from "./style.ts";
import { type Column, renderTable } from "./table.ts";
import { findTarget, TARGET_ARGS } from "./target.ts";
import type { Terminal } from "./terminal.ts";

/** What each agent does, costs and how it fares, now. */
export function statusCommand(terminal: Terminal) {
  return defineCommand({
    meta: { name: "status", description: "Show what each agent does and costs" },
    args: {
      json: { type: "boolean", description: "Print the answer of GET /api/status" },
      ...TARGET_ARGS,
    },
    async run({ args }) {
      const target = orFail(findTarget(args, terminal));
      const answer = orFail(await ask(target, (client) => client.api.status.get()));
      const lines = args.json
        ? [JSON.stringify(answer, null, 2)]
        : renderStatus(answer, target.url, terminal.now(), terminal.columns, styleFor(terminal));
      for (const line of lines) terminal.print(line);
    },
  });
}

const COLUMNS: readonly Column[] = [
  { title: "AGENT", align: "left", flexible: true },
  { title: "STATUS", align: "left" },
  { title: "CALLS/DAY", align: "right" },
  { title: "TOKENS/DAY", align: "right" },
  { title: "COST/HOUR", align: "right" },
  { title: "COST/DAY", align: "right" },
  { title: "COST/TOTAL", align: "right" },
  { title: "ERRORS/HOUR", align: "right" },
  { title: "IN FLIGHT", align: "right" },
  { title: "LAST SEEN", align: "right" },
];

/** The gateway in a line, what is wrong with it, and a table of its agents: the busiest first. Pure. */
export function renderStatus(
  { gateway, agents, totals }: StatusAnswer,
  url: string,
  now: Instant,
  columns: number,
  style: Style,
): string[] {
  const lines = [
    `${style.bold(`Tollgate ${gateway.version}`)} at ${url}, up ${renderSpan(gateway.uptime_ms)}`,
  ];
  lines.push(...gateway.degraded.map((reason) => style.bad(`Degraded: ${reason}`)));
  lines.push(...gateway.warnings.map((warning) => style.warning(`Warning: ${warning}`)));
  if (agents.length === 0) return [...lines, "", ...renderFirstStep(url)];

  const sorted = agents.toSorted((a, b) => b.cost.day - a.cost.day || a.id.localeCompare(b.id));
  const table = renderTable(
    COLUMNS,
    sorted.map((agent) => renderRow(agent, now)),
    columns,
  );
  lines.push("", style.bold(table.head), ...table.lines, "");
  const { day } = totals;
  lines.push(
    `Today: ${renderCount(day.calls)} calls, ${renderCount(day.tokens_in + day.tokens_out)} tokens, ` +
      `${renderMoney(day.cost)}, ${day.errors} errors, ${day.blocked} refused; ${totals.in_flight} in flight.`,
  );
  const unpriced = agents.reduce((sum, agent) => sum + agent.unpriced_calls, 0);
  if (unpriced > 0) lines.push(style.dim(`* without ${renderCount(unpriced)} calls whose price is unknown`));
  return lines;
}

function renderRow(agent: AgentStatus, now: Instant): string[] {
  const { in: tokensIn, out: tokensOut } = agent.tokens.day;
  return [
    renderForeign(agent.id),
    agent.status,
    renderCount(agent.calls.day),
    renderCount(tokensIn + tokensOut),
    renderMoney(agent.cost.hour),
    renderMoney(agent.cost.day),
    renderLifetimeCost(agent),
    String(agent.errors.hour),
    String(agent.in_flight),
    renderAge(agent.last_seen, now),
  ];
}

/** A sum that leaves calls out says so; a sum of nothing but unknowns is unknown. */
function renderLifetimeCost({ cost, calls, unpriced_calls }: AgentStatus): string {
  if (unpriced_calls === 0) return renderMoney(cost.total);
  return unpriced_calls >= calls.total ? UNKNOWN : `${renderMoney(cost.total)}*`;
}

function renderFirstStep(url: string): string[] {
  return [
    "No agent has called yet. Point one at the gateway by its base URL, or try:",
    `  curl ${url}/agents/my-agent/openai/v1/chat/completions \\`,
    '    -H "Authorization: Bearer $OPENAI_API_KEY" \\',
    `    -d '{"model":"gpt-4o-mini","messages":[{"role":"user","content":"Hello"}]}'`,
  ];
}
