/** A report as a page for print: what an auditor is handed (SPEC 14.3). No script, nothing from elsewhere. Pure. */
import type { Instant } from "../core/duration.ts";
import { renderUsd } from "../core/money.ts";
import type { Group } from "./breakdown.ts";
import { type Html, html } from "./html.ts";
import type { Report } from "./report.ts";
import { REPORT_STYLE } from "./report-style.ts";
import { knownCost, listTopModels, viewLatencies } from "./report-view.ts";
import type { Verified } from "./verification.ts";
import type { VerifyAnswer } from "./wire/records.ts";

/** The page up to what the journal's check has to say, which may take a while. `version` is the gateway's. */
export function renderPageStart(report: Report, version: string): string {
  const { by, timezone, period, knownFrom, madeAt, groups } = report;
  const at = (time: Instant) => renderLocal(time, timezone);
  const table = groups.length === 0 ? html`<p>There was no call and no refusal.</p>` : renderTable(report);
  const known = knownFrom === null ? "nothing yet" : at(knownFrom);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Tollgate report by ${by}</title>
<style>${{ html: REPORT_STYLE }}</style>
</head>
<body>
<h1>Calls and costs by ${by}</h1>
<dl>
<dt>Period</dt><dd>${at(period.from)} to before ${at(period.to)}</dd>
<dt>Time zone</dt><dd>${timezone}</dd>
<dt>Filters</dt><dd>${renderFilters(report)}</dd>
<dt>Recorded since</dt><dd>${known}</dd>
<dt>Made</dt><dd>${at(madeAt)} by Tollgate ${version}</dd>
</dl>
<h2>Figures</h2>
${table}
<h2>What the figures mean</h2>
<ul>
<li>The period is widened to whole hours. What was before the beginning of the record is not in it.</li>
<li>Costs leave out unpriced calls: calls whose price or usage is not known. A dash stands where nothing is known.</li>
<li>p50 and p95: how long the quickest half, and 95 in 100, of the calls took that were answered whole and without an
error; within 5 %.</li>
<li>An answer of status 400 or above, or one that broke off, is an error. A refusal is a call that Tollgate did not let
pass.</li>
</ul>
<h2>Check of the journal</h2>
`.html;
}

/** The rest of the page. */
export function renderPageEnd(verified: Verified): string {
  return html`${"problem" in verified ? html`<p class="bad">${verified.problem}</p>` : renderVerification(verified)}
</body>
</html>
`.html;
}

function renderFilters({ filter }: Report): Html {
  const given = Object.entries(filter).filter(([, value]) => value !== undefined);
  if (given.length === 0) return html`none`;
  return html`${given.map(([name, value], index) => html`${index > 0 ? ", " : ""}${name} “${value ?? ""}”`)}`;
}

function renderTable({ by, groups, total }: Report): Html {
  return html`<div class="figures" role="region" aria-label="Figures" tabindex="0"><table>
<thead><tr><th>${by[0]?.toUpperCase() ?? ""}${by.slice(1)}</th><th>Calls</th><th>Errors</th><th>Refusals</th><th>Tokens in</th>
<th>Tokens out</th><th>Cost (USD)</th><th>Unpriced</th><th>p50 (ms)</th><th>p95 (ms)</th><th class="models">Top models</th></tr></thead>
<tbody>
${groups.map((group) => renderRow(renderName(group.key), group))}${renderRow(html`All`, total)}</tbody>
</table></div>`;
}

function renderRow(name: Html, group: Group): Html {
  const { calls, errors, blocked, tokensIn, tokensOut, unpriced } = group.tally;
  const { p50, p95 } = viewLatencies(group.latencies);
  const cost = knownCost(group.tally);
  const counts = [calls, errors, blocked, tokensIn, tokensOut].map(renderFigure);
  const figures = [
    ...counts,
    cost === null ? "—" : renderUsd(cost),
    renderFigure(unpriced),
    renderFigure(p50),
    renderFigure(p95),
  ];
  const models = listTopModels(group).map(
    ([model, { calls }]) => html`<div>${renderName(model)} (${renderFigure(calls)})</div>`,
  );
  return html`<tr><td>${name}</td>${figures.map((figure) => html`<td>${figure}</td>`)}<td class="models">${models}</td></tr>
`;
}

function renderName(name: string): Html {
  return name === "" ? html`<span class="none">none given</span>` : html`<bdi>${name}</bdi>`;
}

function renderFigure(value: number | null): string {
  return value === null ? "—" : value.toLocaleString("en-US");
}

function renderAmount(count: number, noun: string): string {
  return `${renderFigure(count)} ${noun}${count === 1 ? "" : "s"}`;
}

function renderVerification(verified: VerifyAnswer): Html {
  const { ok, checked_at, files, lines, first_seq, last_seq, unchecked, problems, problem_count } = verified;
  const range = first_seq === null ? "" : `, numbers ${renderFigure(first_seq)} to ${renderFigure(last_seq)}`;
  const looked = `Checked at ${checked_at}: ${renderAmount(lines, "line")} in ${renderAmount(files, "file")}${range}.`;
  const verdict = !ok
    ? html`<p class="bad">The journal is not as it was written: ${renderAmount(problem_count, "finding")}.</p>`
    : unchecked.length > 0
      ? html`<p>Nothing wrong was found, but not everything could be checked:</p>`
      : html`<p class="good">The journal is complete and unchanged: no line was edited, removed, inserted, reordered or cut off.</p>`;
  const items = [...unchecked, ...problems.map(renderProblem)].map((text) => html`<li>${text}</li>`);
  const rest = problem_count - problems.length;
  const more = rest > 0 ? html`<p>… and ${renderFigure(rest)} more.</p>` : html``;
  return html`${verdict}${items.length > 0 ? html`<ul>${items}</ul>` : html``}${more}<p>${looked}</p>`;
}

function renderProblem({ file, line, seq, what }: VerifyAnswer["problems"][number]): string {
  const spot = [file, line].filter((part) => part !== null).join(":");
  return `${spot}${seq === null ? "" : ` (number ${seq})`}: ${what}`.replace(/^: /, "");
}

/** `2026-03-29 00:00 GMT+01:00`. */
function renderLocal(time: Instant, zone: string): string {
  return new Intl.DateTimeFormat("sv-SE", {
    timeZone: zone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    timeZoneName: "longOffset",
  }).format(time);
}
