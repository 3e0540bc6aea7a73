/** Comma-separated values that a spreadsheet opens and does not run (RFC 4180). Pure. */

/** One row with its line end; null is an empty cell. */
export function renderCsvRow(cells: readonly (string | number | boolean | null)[]): string {
  return `${cells.map(renderCell).join(",")}\r\n`;
}

/**
 * Text that a spreadsheet would run as a formula gets an apostrophe before it: model names and labels are written by agents
 * (OWASP, CSV injection).
 */
function renderCell(value: string | number | boolean | null): string {
  if (typeof value !== "string") return value === null ? "" : String(value);
  const safe = /^[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
