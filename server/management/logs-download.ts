/** Log entries as a file: written page by page as the client reads, so that memory stays flat whatever the size. */
import { LOG_FIELDS, type LogEntry, type LogField } from "../store/store.ts";
import { renderCsvRow } from "./csv.ts";
import type { LogFormat } from "./logs-query.ts";

interface Form {
  readonly type: string;
  readonly head: string;
  /** An entry's text; `isFirst` for the first of the file. */
  row(entry: LogEntry, isFirst: boolean): string;
  readonly tail: string;
}

const FORMS: Readonly<Record<LogFormat, Form>> = {
  /** One document of the shape that a page of the API has. */
  json: {
    type: "application/json; charset=utf-8",
    head: '{"entries":[',
    row: (entry, isFirst) => (isFirst ? "\n" : ",\n") + JSON.stringify(entry),
    tail: '\n],"next_cursor":null}\n',
  },
  jsonl: {
    type: "application/jsonl; charset=utf-8",
    head: "",
    row: (entry) => `${JSON.stringify(entry)}\n`,
    tail: "",
  },
  /** RFC 4180, lines ending in CRLF. */
  csv: {
    type: "text/csv; charset=utf-8; header=present",
    head: renderCsvRow(LOG_FIELDS),
    row: (entry) => renderCsvRow(LOG_FIELDS.map((field) => renderText(entry[field]))),
    tail: "",
  },
};

/** The answer that a browser saves: all pages in their order, cut after `limit` entries when that is not null. */
export function renderDownload(
  pages: Iterable<LogEntry[]>,
  format: LogFormat,
  limit: number | null,
): Response {
  const pieces = renderPieces(pages, FORMS[format], limit ?? Number.POSITIVE_INFINITY);
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const next = pieces.next();
        if (next.done) controller.close();
        else controller.enqueue(encoder.encode(next.value));
      },
      cancel() {
        pieces.return(undefined);
      },
    },
    { highWaterMark: 0 },
  );
  return new Response(body, {
    headers: {
      "content-type": FORMS[format].type,
      "content-disposition": `attachment; filename="tollgate-logs.${format}"`,
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
    },
  });
}

function* renderPieces(pages: Iterable<LogEntry[]>, form: Form, limit: number) {
  let written = 0;
  if (form.head !== "") yield form.head;
  for (const page of pages) {
    let piece = "";
    for (const entry of page.slice(0, limit - written)) piece += form.row(entry, written++ === 0);
    if (piece !== "") yield piece;
    if (written >= limit) break;
  }
  if (form.tail !== "") yield form.tail;
}

function renderText(value: LogEntry[LogField]): string | number | boolean | null {
  return value !== null && typeof value === "object" ? JSON.stringify(value) : value;
}
