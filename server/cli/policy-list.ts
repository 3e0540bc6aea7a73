import { defineCommand } from "citty";
import type { PoliciesAnswer } from "../management/wire/governance.ts";
import { ask } from "./ask.ts";
import { orFail } from "./failure.ts";
import { type Style, styleFor } from "./style.ts";
import { type Column, renderTable } from "./table.ts";
import { findTarget, TARGET_ARGS } from "./target.ts";
import type { Terminal } from "./terminal.ts";

/** The rules in force, in the order in which they are asked. */
export function listPoliciesCommand(terminal: Terminal) {
  return defineCommand({
    meta: { name: "list", description: "Show every policy in force, and where it comes from" },
    args: {
      json: { type: "boolean", description: "Print the answer of GET /api/policies" },
      ...TARGET_ARGS,
    },
    async run({ args }) {
      const target = orFail(findTarget(args, terminal));
      const answer = orFail(await ask(target, (client) => client.api.policies.get()));
      const lines = args.json
        ? [JSON.stringify(answer, null, 2)]
        : renderPolicies(answer, terminal.columns, styleFor(terminal));
      for (const line of lines) terminal.print(line);
      if (answer.policies.length === 0) {
        terminal.complain('No policy yet. Make one with `tollgate policy add <name> "cost_today > 5"`.');
      }
    },
  });
}

const COLUMNS: readonly Column[] = [
  { title: "POLICY", align: "left" },
  { title: "ACTION", align: "left" },
  { title: "MODE", align: "left", rank: 2 },
  { title: "SOURCE", align: "left", rank: 1 },
  { title: "CONDITION", align: "left", flexible: true },
];

/** A line for each policy, and one for what was removed of the file's. Pure. */
export function renderPolicies(
  { policies, removed }: PoliciesAnswer,
  columns: number,
  style: Style,
): string[] {
  const gone = removed.length === 0 ? [] : [style.dim(`Removed of the file's: ${removed.join(", ")}.`)];
  if (policies.length === 0) return gone;
  const rows = policies.map(({ name, action, mode, source, condition }) => [
    name,
    action,
    mode,
    source,
    condition,
  ]);
  const table = renderTable(COLUMNS, rows, columns);
  return [style.bold(table.head), ...table.lines, ...gone];
}
