import { defineCommand } from "citty";
import type { AgentSetting } from "../management/wire/settings.ts";
import { ask } from "./ask.ts";
import { fail, orFail } from "./failure.ts";
import { renderAmount, renderForeign, UNKNOWN } from "./figures.ts";
import { findAgent } from "./find-agent.ts";
import { renderPause } from "./pause-text.ts";
import { type Style, styleFor } from "./style.ts";
import { type Column, renderTable } from "./table.ts";
import { findTarget, TARGET_ARGS } from "./target.ts";
import { EXIT, type Terminal } from "./terminal.ts";

/** What holds for one agent, and who said so. */
export function showAgentCommand(terminal: Terminal) {
  return defineCommand({
    meta: { name: "show", description: "Show what holds for an agent, and where each value comes from" },
    args: {
      agent: { type: "positional", required: false, description: "The agent's name" },
      json: { type: "boolean", description: "Print the answer of GET /api/agents/{agent}" },
      ...TARGET_ARGS,
    },
    async run({ args }) {
      if (args.agent === undefined) {
        fail(
          "The agent's name is missing.",
          "`tollgate agents show --help` shows what is possible.",
          EXIT.usage,
        );
      }
      const target = orFail(findTarget(args, terminal));
      const { id } = orFail(await findAgent(target, args.agent));
      const agent = orFail(await ask(target, (client) => client.api.agents({ id }).get()));
      if (args.json) return terminal.print(JSON.stringify(agent, null, 2));
      const style = styleFor(terminal);
      const pause = renderPause(agent);
      if (pause !== null) terminal.print(style.warning(pause));
      const telling = agent.config.filter(says);
      for (const line of renderSettings(telling, terminal.columns, style)) terminal.print(line);
      const silent = agent.config.length - telling.length;
      if (silent > 0)
        terminal.complain(`${renderAmount(silent, "more setting")} without a value; --json has all.`);
    },
  });
}

const COLUMNS: readonly Column[] = [
  { title: "SETTING", align: "left" },
  { title: "VALUE", align: "left", flexible: true },
  { title: "SOURCE", align: "left" },
];

/** A line for each setting, in the order given. Pure. */
export function renderSettings(settings: readonly AgentSetting[], columns: number, style: Style): string[] {
  const rows = settings.map(({ setting, value, source, from }) => [
    renderForeign(setting),
    renderValue(value),
    from === "*" ? `${source}, for all` : source,
  ]);
  const table = renderTable(COLUMNS, rows, columns);
  return [style.bold(table.head), ...table.lines];
}

/** Whether the setting has a value, or was given none on purpose. */
function says({ value, source }: AgentSetting): boolean {
  return source !== "default" || (value !== null && !(Array.isArray(value) && value.length === 0));
}

function renderValue(value: unknown): string {
  if (value === null) return UNKNOWN;
  return renderForeign(typeof value === "string" ? value : JSON.stringify(value));
}
