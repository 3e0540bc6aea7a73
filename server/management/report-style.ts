/** How a report looks on a screen and on A4. */
import { createHash } from "node:crypto";

export const REPORT_STYLE = `
@page { size: A4 landscape; margin: 14mm }
:root { color-scheme: light; font: 13px/1.45 system-ui, sans-serif; color: #1a1a1a; background: #fff }
body { max-width: 80rem; margin: 2rem auto; padding: 0 1.5rem }
h1 { font-size: 1.5rem; margin: 0 0 .75rem }
h2 { font-size: 1.1rem; margin: 1.75rem 0 .5rem; break-after: avoid }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1.25rem; margin: 0 }
dt { color: #555 }
dd { margin: 0; overflow-wrap: anywhere }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums }
thead { display: table-header-group }
tr { break-inside: avoid }
th, td { padding: .3rem .5rem; border-bottom: 1px solid #ddd; text-align: right; vertical-align: top }
th { border-bottom: 1px solid #888; font-weight: 600; white-space: nowrap }
th:first-child, td:first-child, .models { text-align: left; overflow-wrap: anywhere; min-width: 10rem }
.figures { overflow-x: auto }
tbody tr:last-child td { border-top: 1px solid #888; border-bottom: 0; font-weight: 600 }
ul { margin: .25rem 0; padding-left: 1.25rem }
.good::before { content: "\\2713  " }
.bad { color: #a40000; font-weight: 600 }
.bad::before { content: "\\2717  " }
.none { color: #777; font-style: italic }
@media screen and (max-width: 68rem) { table { font-size: .85em } th { white-space: normal } th, td { padding: .3rem .25rem } th:first-child, td:first-child, .models { min-width: 6rem } body { padding: 0 1rem } }
@media print { .figures { overflow: visible } :root { font-size: 9.5pt } body { margin: 0; padding: 0; max-width: none } }
`;

const DIGEST = createHash("sha256").update(REPORT_STYLE).digest("base64");

/** What a browser may do with a report: show it in its style, and nothing else. */
export const REPORT_POLICY = `default-src 'none'; style-src 'sha256-${DIGEST}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
