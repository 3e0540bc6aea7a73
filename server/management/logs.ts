import type { TOptional, TString } from "@sinclair/typebox";
import { Elysia, t } from "elysia";
import type { ManagementContext } from "./context.ts";
import { answerFailure } from "./failure.ts";
import { renderDownload } from "./logs-download.ts";
import { LOGS_PARAMETERS, type LogsParameter, parseLogsQuery } from "./logs-query.ts";
import type { LogsAnswer } from "./wire/records.ts";

const PAGE_SIZE = 100;

/** What clients may send, for their types; the values are judged by `parseLogsQuery`. */
const PARAMETERS = t.Object(
  Object.fromEntries(LOGS_PARAMETERS.map((name) => [name, t.Optional(t.String())])) as Record<
    LogsParameter,
    TOptional<TString>
  >,
);

/** `GET /logs`: a page of entries, newest first; with `format` everything that matches, as a file. */
export function logRoutes(context: ManagementContext) {
  const parse = (request: Request) => parseLogsQuery(new URL(request.url).searchParams, context.now());

  return new Elysia().get(
    "/logs",
    ({ request, set }) => {
      const parsed = parse(request);
      if (parsed.kind === "invalid") return answerFailure(parsed.failure, set);
      const { filter, limit, cursor } = parsed.query;
      const page = context.store.index.logs(filter, limit ?? PAGE_SIZE, cursor);
      return { entries: page.entries, next_cursor: page.nextCursor } satisfies LogsAnswer;
    },
    {
      query: PARAMETERS,
      /** Before the handler, so that the route's type stays that of a page. */
      beforeHandle({ request }) {
        const parsed = parse(request);
        if (parsed.kind === "invalid" || parsed.query.format === null) return;
        const { filter, limit, format } = parsed.query;
        return renderDownload(context.store.index.scan(filter), format, limit);
      },
    },
  );
}
