/** A report for the terminal. Pure. */
import type { ReportAnswer, ReportSums } from "../management/wire/records.ts";
import {
  renderAmount,
  renderCost,
  renderCount,
  renderForeign,
  renderSpan,
  renderTime,
  UNKNOWN,
} from "./figures.ts";
import type { Style } from "./style.ts";
import { type Column, renderTable } from "./table.ts";

interface ReportColumn extends Column {
  cell(sums: ReportSums): string;
}

const FIGURES: readonly ReportColumn[] = [
  { title: "CALLS", align: "right", cell: ({ calls }) => renderCount(calls) },
  { title: "ERRORS", align: "right", rank: 6, cell: ({ errors }) => renderCount(errors) },
  { title: "REFUSED", align: "right", rank: 5, cell: ({ refusals }) => renderCount(refusals) },
  { title: "TOKENS IN", align: "right", rank: 4, cell: ({ tokens_in }) => renderCount(tokens_in) },
  { title: "TOKENS OUT", align: "right", rank: 3, cell: ({ tokens_out }) => renderCount(tokens_out) },
  {
    title: "COST",
    align: "right",
    cell: ({ cost, calls, unpriced }) => renderCost(cost ?? 0, calls, unpriced),
  },
  { title: "P50", align: "right", rank: 2, cell: ({ latency_ms }) => renderLatency(latency_ms.p50) },
  { title: "P95", align: "right", rank: 7, cell: ({ latency_ms }) => renderLatency(latency_ms.p95) },
  { title: "TOP MODEL", align: "left", flexible: true, rank: 1, cell: renderTopModel },
];

/** The period and what narrows it, a row for each group, all of them together, and what is not known. */
export function renderReport(report: ReportAnswer, columns: number, style: Style): string[] {
  const { by, rows, total, from, known_from } = report;
  const lines = [renderHead(report)];
  if (known_from === null || Date.parse(known_from) > Date.parse(from)) {
    const since = known_from === null ? "" : ` before ${renderTime(known_from)}`;
    lines.push(style.dim(`Nothing is known${since}.`));
  }
  if (rows.length === 0) return lines;
  const shown: readonly Column[] = [{ title: by.toUpperCase(), align: "left", flexible: true }, ...FIGURES];
  const cells = rows.map((row) => [
    row.key === null ? UNKNOWN : renderForeign(row.key),
    ...FIGURES.map(({ cell }) => cell(row)),
  ]);
  const table = renderTable(shown, cells, columns);
  lines.push("", style.bold(table.head), ...table.lines, "");
  const sums = [
    renderAmount(total.calls, "call"),
    renderAmount(total.tokens_in + total.tokens_out, "token"),
    `cost ${renderCost(total.cost ?? 0, total.calls, total.unpriced)}`,
    renderAmount(total.errors, "error"),
    `${renderCount(total.refusals)} refused`,
  ];
  lines.push(`All: ${sums.join(", ")}.`);
  if (total.unpriced > 0) {
    const have = total.unpriced === 1 ? "has" : "have";
    lines.push(
      style.dim(`${renderAmount(total.unpriced, "call")} ${have} no known price; no cost includes them.`),
    );
  }
  return lines;
}

function renderHead({ by, from, to, timezone, filters }: ReportAnswer): string {
  const narrowed = Object.entries(filters).flatMap(([name, value]) =>
    value === null ? [] : [`, ${name} ${renderForeign(value)}`],
  );
  return `By ${by}, ${renderTime(from)} to ${renderTime(to)}${narrowed.join("")}; days are those of ${timezone}.`;
}

function renderLatency(latency: number | null): string {
  return latency === null ? UNKNOWN : renderSpan(latency);
}

function renderTopModel({ top_models: [top] }: ReportSums): string {
  const model = top?.model ?? null;
  return model === null ? UNKNOWN : renderForeign(model);
}
