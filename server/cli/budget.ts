import { defineCommand } from "citty";
import type { AgentStatus, BudgetCaps, Windows } from "../management/wire/status.ts";
import { ask } from "./ask.ts";
import { parseCaps } from "./budget-change.ts";
import { fail, orFail } from "./failure.ts";
import { renderCost, renderForeign, renderMoney, UNKNOWN } from "./figures.ts";
import { findAgent } from "./find-agent.ts";
import { renderPause } from "./pause-text.ts";
import { type Style, styleFor } from "./style.ts";
import { type Column, renderTable } from "./table.ts";
import { findTarget, TARGET_ARGS } from "./target.ts";
import { EXIT, type Terminal } from "./terminal.ts";

/** What an agent has spent, what its calls in flight hold, and what its caps leave; and other caps for it. */
export function budgetCommand(terminal: Terminal) {
  return defineCommand({
    meta: {
      name: "budget",
      description: "Show what an agent has spent and may still spend, or change its caps",
    },
    args: {
      agent: { type: "positional", required: false, description: "The agent's name" },
      hourly: {
        type: "string",
        valueHint: "USD",
        description: "Cap of an hour: USD, unlimited, or none to take it back",
      },
      daily: { type: "string", valueHint: "USD", description: "Cap of a day, likewise" },
      total: { type: "string", valueHint: "USD", description: "Cap of all time, likewise" },
      json: { type: "boolean", description: "Print the answer of GET /api/budget/{agent}" },
      ...TARGET_ARGS,
    },
    async run({ args }) {
      if (args.agent === undefined) {
        misuse("The agent's name is missing.");
      }
      const caps = parseCaps(args);
      if (typeof caps === "string") misuse(caps);
      const target = orFail(findTarget(args, terminal));
      const { id } = orFail(await findAgent(target, args.agent, FIRST));
      if (caps !== null) orFail(await ask(target, (client) => client.api.budget({ id }).put(caps)));
      const lines = args.json
        ? [JSON.stringify(orFail(await ask(target, (client) => client.api.budget({ id }).get())), null, 2)]
        : renderBudget(orFail(await findAgent(target, id)), terminal.columns, styleFor(terminal));
      for (const line of lines) terminal.print(line);
    },
  });
}

const FIRST = "`tollgate agents set --new` configures one before its first call.";

function misuse(message: string): never {
  return fail(message, "`tollgate budget --help` shows what is possible.", EXIT.usage);
}

type Window = keyof Windows<number>;

const CAPS = {
  hour: "max_cost_per_hour",
  day: "max_cost_per_day",
  total: "max_cost_total",
} as const satisfies Record<Window, keyof BudgetCaps>;

const WINDOWS: readonly Window[] = ["hour", "day", "total"];

/** The window of which the least is left, and how much of its cap is spent or held, from 0; null without any cap. */
export function findTightest({
  budget,
  cost,
  held,
}: AgentStatus): { readonly window: Window; readonly used: number } | null {
  const [tightest] = WINDOWS.flatMap((window) => {
    const cap = budget[CAPS[window]];
    if (cap === null) return [];
    return [{ window, used: cap === 0 ? 1 : (cost[window] + held) / cap }];
  }).toSorted((one, other) => other.used - one.used);
  return tightest ?? null;
}

const COLUMNS: readonly Column[] = [
  { title: "WINDOW", align: "left" },
  { title: "SPENT", align: "right" },
  { title: "HELD", align: "right", rank: 1 },
  { title: "LEFT", align: "right" },
  { title: "CAP", align: "right" },
];

/** A line for each window, and what else keeps the agent from spending. Pure. */
export function renderBudget(agent: AgentStatus, columns: number, style: Style): string[] {
  const { id, budget, cost, calls, held, unpriced_calls } = agent;
  const rows = WINDOWS.map((window) => {
    const cap = budget[CAPS[window]];
    return [
      window,
      renderCost(cost[window], calls[window], unpriced_calls),
      renderMoney(held),
      cap === null ? UNKNOWN : renderMoney(Math.max(0, cap - cost[window] - held)),
      cap === null ? "none" : renderMoney(cap),
    ];
  });
  const table = renderTable(COLUMNS, rows, columns);
  const pause = renderPause(agent);
  const each = budget.max_cost_per_request;
  return [
    style.bold(table.head),
    ...table.lines,
    ...(each === null ? [] : [`One call of ${renderForeign(id)} may cost ${renderMoney(each)} at most.`]),
    ...(pause === null ? [] : [style.warning(pause)]),
  ];
}
