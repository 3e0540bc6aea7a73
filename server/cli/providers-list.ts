import { defineCommand } from "citty";
import type { ProviderEntry } from "../management/wire/settings.ts";
import { ask } from "./ask.ts";
import { orFail } from "./failure.ts";
import { UNKNOWN } from "./figures.ts";
import { type Style, styleFor } from "./style.ts";
import { type Column, renderTable } from "./table.ts";
import { findTarget, TARGET_ARGS } from "./target.ts";
import type { Terminal } from "./terminal.ts";

/** Where calls may go, and for whom the gateway has a key. */
export function listProvidersCommand(terminal: Terminal) {
  return defineCommand({
    meta: { name: "list", description: "Show every provider, its limits and how its stored key ends" },
    args: {
      json: { type: "boolean", description: "Print the answer of GET /api/providers" },
      ...TARGET_ARGS,
    },
    async run({ args }) {
      const target = orFail(findTarget(args, terminal));
      const answer = orFail(await ask(target, (client) => client.api.providers.get()));
      const lines = args.json
        ? [JSON.stringify(answer, null, 2)]
        : renderProviders(answer.providers, terminal.columns, styleFor(terminal));
      for (const line of lines) terminal.print(line);
    },
  });
}

const COLUMNS: readonly Column[] = [
  { title: "PROVIDER", align: "left" },
  { title: "KEY", align: "left" },
  { title: "KEY FROM", align: "left", rank: 2 },
  { title: "STATE", align: "left" },
  { title: "RATE", align: "left", rank: 3 },
  { title: "AT ONCE", align: "right", rank: 1 },
  { title: "REACHED AT", align: "left", flexible: true },
];

/** A line for each provider in the order given. Pure. */
export function renderProviders(
  providers: readonly ProviderEntry[],
  columns: number,
  style: Style,
): string[] {
  const rows = providers.map(({ name, key, sources, enabled, rate_limit, max_concurrency, base_url }) => [
    name,
    key ?? "none",
    sources.api_key ?? UNKNOWN,
    enabled ? "on" : "off",
    rate_limit === null ? UNKNOWN : `${rate_limit.max_requests} per ${rate_limit.window_seconds}s`,
    max_concurrency === null ? UNKNOWN : String(max_concurrency),
    base_url,
  ]);
  const table = renderTable(COLUMNS, rows, columns);
  return [style.bold(table.head), ...table.lines];
}
