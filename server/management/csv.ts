/** Comma-separated values that a spreadsheet opens and does not run (RFC 4180). Pure. */

/** One row with its line end; null is an empty cell. */
export function renderCsvRow(cells: readonly (string | number | boolean | null)[]): string {
  return `${cells.map(renderCell).join(",")}\r\n`;
}

/**
 * Where a spreadsheet may see a cell begin with a sign that makes a formula: at the start, and behind what another reader
 * takes for the end of a cell. White space and quotes before the sign do not keep it from being one.
 */
const FORMULA = /(?<=^|[;\t\n]|\r(?!\n))(?=[\s"]*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20])|^(?=[\t\r\n])/g;

/** Formulas get an apostrophe before them: model names and labels are written by agents (OWASP, CSV injection). */
function renderCell(value: string | number | boolean | null): string {
  if (typeof value !== "string") return value === null ? "" : String(value);
  const safe = value.replaceAll(FORMULA, "'");
  return /[",;\t\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
