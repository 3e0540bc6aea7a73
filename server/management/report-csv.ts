/** Reports for spreadsheets: a row per group, money exact to the nano-dollar, an empty cell where nothing is known. Pure. */
import { renderUsd } from "../core/money.ts";
import { renderCsvRow } from "./csv.ts";
import type { Report } from "./report.ts";
import { knownCost, listTopModels, viewLatencies } from "./report-view.ts";

const FIGURES = [
  "calls",
  "errors",
  "refusals",
  "tokens_in",
  "tokens_out",
  "cost",
  "unpriced",
  "p50_ms",
  "p95_ms",
  "p99_ms",
  "top_models",
];

/** The whole file; its first column is called what the report tells apart. */
export function renderReportCsv({ by, groups }: Report): string {
  const rows = groups.map((group) => {
    const { tally } = group;
    const cost = knownCost(tally);
    const { p50, p95, p99 } = viewLatencies(group.latencies);
    return renderCsvRow([
      group.key,
      tally.calls,
      tally.errors,
      tally.blocked,
      tally.tokensIn,
      tally.tokensOut,
      // A plain number to a spreadsheet: digits and a dot at most.
      cost === null ? null : renderUsd(cost),
      tally.unpriced,
      p50,
      p95,
      p99,
      listTopModels(group)
        .map(([model]) => model)
        .join("; "),
    ]);
  });
  return renderCsvRow([by, ...FIGURES]) + rows.join("");
}
