import { defineCommand } from "citty";
import type { Instant } from "../core/duration.ts";
import type { AgentStatus, StatusAnswer } from "../management/wire/status.ts";
import { ask } from "./ask.ts";
import { findTightest } from "./budget.ts";
import { orFail } from "./failure.ts";
import {
  renderAge,
  renderAmount,
  renderCost,
  renderCount,
  renderForeign,
  renderMoney,
  renderSpan,
  UNKNOWN,
} from "./figures.ts";
import { renderPause } from "./pause-text.ts";
import { type Style, styleFor } from "./style.ts";
import { type Column, renderTable } from "./table.ts";
import { findTarget, TARGET_ARGS } from "./target.ts";
import type { Terminal } from "./terminal.ts";
import { wrap } from "./wrap.ts";

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

interface StatusColumn extends Column {
  cell(agent: AgentStatus, now: Instant): string;
  /** Whether it says anything of this agent: a column that says nothing of any is left out. */
  says?(agent: AgentStatus): boolean;
}

const COLUMNS: readonly StatusColumn[] = [
  { title: "AGENT", align: "left", flexible: true, cell: ({ id }) => renderForeign(id) },
  {
    title: "OWNER",
    align: "left",
    flexible: true,
    rank: 1,
    cell: ({ owner }) => (owner === null ? UNKNOWN : renderForeign(owner)),
    says: ({ owner }) => owner !== null,
  },
  { title: "STATUS", align: "left", rank: 11, cell: ({ status }) => status },
  { title: "CALLS/DAY", align: "right", rank: 8, cell: ({ calls }) => renderCount(calls.day) },
  {
    title: "TOKENS/DAY",
    align: "right",
    rank: 2,
    cell: ({ tokens }) => renderCount(tokens.day.in + tokens.day.out),
  },
  { title: "COST/HOUR", align: "right", rank: 4, cell: costOf("hour") },
  { title: "COST/DAY", align: "right", cell: costOf("day") },
  {
    title: "HELD",
    align: "right",
    rank: 6,
    cell: ({ held }) => renderMoney(held),
    says: ({ held }) => held > 0,
  },
  {
    title: "BUDGET USED",
    align: "right",
    rank: 10,
    cell: renderUsed,
    says: (agent) => findTightest(agent) !== null,
  },
  { title: "COST/TOTAL", align: "right", rank: 5, cell: costOf("total") },
  { title: "ERRORS/HOUR", align: "right", rank: 7, cell: ({ errors }) => renderCount(errors.hour) },
  {
    title: "REFUSED/HOUR",
    align: "right",
    rank: 6,
    cell: ({ blocked }) => renderCount(blocked.hour),
    says: ({ blocked }) => blocked.hour > 0,
  },
  { title: "IN FLIGHT", align: "right", rank: 3, cell: ({ in_flight }) => renderCount(in_flight) },
  { title: "LAST SEEN", align: "right", rank: 9, cell: ({ last_seen }, now) => renderAge(last_seen, now) },
];

/** Of the tightest window, spent and held together: `80% of day`. Rounded down, so that all of it is what it says. */
function renderUsed(agent: AgentStatus): string {
  const tightest = findTightest(agent);
  return tightest === null ? UNKNOWN : `${Math.floor(tightest.used * 100)}% of ${tightest.window}`;
}

/**
 * How many calls have no price is known of the lifetime alone. So while there are any, the cost of a shorter window that
 * saw calls is told as a bound, or as unknown: whether they fell into it cannot be said.
 */
function costOf(window: keyof AgentStatus["cost"]): (agent: AgentStatus) => string {
  return ({ cost, calls, unpriced_calls }) => renderCost(cost[window], calls[window], unpriced_calls);
}

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
  const broken = (texts: readonly string[]): string[] => texts.flatMap((text) => wrap(text, columns));
  lines.push(...broken(gateway.degraded.map((reason) => `Degraded: ${reason}`)).map(style.bad));
  lines.push(...broken(gateway.warnings.map((warning) => `Warning: ${warning}`)).map(style.warning));
  if (agents.length === 0) return [...lines, "", ...renderFirstStep(url)];

  const sorted = agents.toSorted((a, b) => b.cost.day - a.cost.day || a.id.localeCompare(b.id));
  const shown = COLUMNS.filter(({ says }) => says === undefined || agents.some(says));
  const rows = sorted.map((agent) => shown.map(({ cell }) => cell(agent, now)));
  const table = renderTable(shown, rows, columns);
  lines.push("", style.bold(table.head), ...table.lines, "");
  lines.push(...broken(renderPauses(sorted)).map(style.warning));
  const { day } = totals;
  const unpriced = agents.reduce((sum, agent) => sum + agent.unpriced_calls, 0);
  const today = [
    renderAmount(day.calls, "call"),
    renderAmount(day.tokens_in + day.tokens_out, "token"),
    `cost ${renderCost(day.cost, day.calls, unpriced)}`,
    renderAmount(day.errors, "error"),
    `${renderCount(day.blocked)} refused`,
  ];
  lines.push(...broken([`Today: ${today.join(", ")}; ${renderCount(totals.in_flight)} in flight.`]));
  if (unpriced > 0) {
    const have = unpriced === 1 ? "has" : "have";
    lines.push(
      style.dim(`${renderAmount(unpriced, "call")} so far ${have} no known price; no cost includes them.`),
    );
  }
  // Configured ones are shown before they call.
  const isQuiet = agents.every(({ calls, blocked }) => calls.total + blocked.total === 0);
  return isQuiet ? [...lines, "", ...renderFirstStep(url)] : lines;
}

/** A line for each paused agent, as far as one reads on. */
function renderPauses(agents: readonly AgentStatus[]): string[] {
  const pauses = agents.map(renderPause).filter((pause) => pause !== null);
  const rest = pauses.length - MOST_PAUSES;
  return rest <= 0 ? pauses : [...pauses.slice(0, MOST_PAUSES), `… and ${renderAmount(rest, "more agent")}.`];
}

const MOST_PAUSES = 10;

function renderFirstStep(url: string): string[] {
  return [
    "No agent has called yet. Point one at the gateway by its base URL, or try:",
    `  curl ${url}/agents/my-agent/openai/v1/chat/completions \\`,
    '    -H "Authorization: Bearer $OPENAI_API_KEY" \\',
    `    -d '{"model":"gpt-4o-mini","messages":[{"role":"user","content":"Hello"}]}'`,
  ];
}
