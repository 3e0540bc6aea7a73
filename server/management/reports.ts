import { Elysia, t } from "elysia";
import type { ManagementContext } from "./context.ts";
import { answerFailure } from "./failure.ts";
import { readReport } from "./report.ts";
import { renderReportCsv } from "./report-csv.ts";
import { renderPageEnd, renderPageStart } from "./report-page.ts";
import {
  parseReportQuery,
  REPORT_BY,
  REPORT_FORMATS,
  type ReportFormat,
  type ReportQuery,
} from "./report-query.ts";
import { REPORT_POLICY } from "./report-style.ts";
import { viewReport } from "./report-view.ts";
import type { Verified, Verify } from "./verification.ts";
import type { ReportAnswer, ReportBy } from "./wire/records.ts";

const TEXT = t.Optional(t.String());

/** What clients may send, for their types; the values are judged by `parseReportQuery`. */
const PARAMETERS = t.Object({
  by: t.Optional(t.Unsafe<ReportBy>(t.String({ enum: REPORT_BY }))),
  from: TEXT,
  to: TEXT,
  agent: TEXT,
  owner: TEXT,
  purpose: TEXT,
  format: t.Optional(t.Unsafe<ReportFormat>(t.String({ enum: REPORT_FORMATS }))),
});

/** `GET /reports`: what was called, refused and spent over a period; with `format` for a spreadsheet or for print. */
export function reportRoutes(context: ManagementContext, verify: Verify) {
  const { now, version, store, settings } = context;
  const parse = (request: Request) => parseReportQuery(new URL(request.url).searchParams, now());
  const read = (query: ReportQuery, { signal }: Request) =>
    readReport(store.index, query, settings().gateway.timezone, now(), signal);

  return new Elysia().get(
    "/reports",
    async ({ request, set }) => {
      const parsed = parse(request);
      if (parsed.kind === "invalid") return answerFailure(parsed.failure, set);
      return viewReport(await read(parsed.query, request)) satisfies ReportAnswer;
    },
    {
      query: PARAMETERS,
      /** Before the handler, so that the route's type stays that of the JSON answer. */
      async beforeHandle({ request, server }) {
        const parsed = parse(request);
        if (parsed.kind === "invalid" || parsed.query.format === "json") return;
        const report = await read(parsed.query, request);
        if (parsed.query.format === "csv") return answerCsv(renderReportCsv(report));
        // The journal's check may take longer than an idle connection is kept.
        server?.timeout(request, 0);
        return answerPage(renderPageStart(report, version), verify);
      },
    },
  );
}

const HEADERS = { "cache-control": "no-store", "x-content-type-options": "nosniff" };

function answerCsv(text: string): Response {
  return new Response(text, {
    headers: {
      ...HEADERS,
      "content-type": "text/csv; charset=utf-8; header=present",
      "content-disposition": 'attachment; filename="tollgate-report.csv"',
    },
  });
}

/** The figures at once, and the rest when the journal has been checked. */
function answerPage(start: string, verify: () => Promise<Verified>): Response {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(encoder.encode(start)),
    async pull(controller) {
      controller.enqueue(encoder.encode(renderPageEnd(await verify())));
      controller.close();
    },
  });
  return new Response(body, {
    headers: {
      ...HEADERS,
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": REPORT_POLICY,
      "referrer-policy": "no-referrer",
      "content-disposition": 'inline; filename="tollgate-report.html"',
    },
  });
}
