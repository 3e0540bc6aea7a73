/** The query of `GET /api/logs`, checked: a misspelt filter must not answer with everything. */
import type { Instant } from "../core/duration.ts";
import { parseCursor } from "../store/queries.ts";
import type { LogFilter } from "../store/store.ts";
import type { Failure } from "./failure.ts";
import { instantFrom, oneOf, readParameters, TIME_FORM, whole } from "./parameters.ts";

const LARGEST_PAGE = 1_000;

const TYPES = [
  "call",
  "blocked",
  "attempt",
  "agent",
  "breaker",
  "policy",
  "trust",
  "external",
  "gateway",
  "config",
  "admin",
  "journal",
  "checkpoint",
] as const;
const FORMATS = ["json", "jsonl", "csv"] as const;
export type LogFormat = (typeof FORMATS)[number];

/** Every parameter that the route takes. */
export const LOGS_PARAMETERS = [
  "agent",
  "owner",
  "purpose",
  "run",
  "provider",
  "model",
  "status",
  "reason",
  "type",
  "from",
  "to",
  "limit",
  "cursor",
  "format",
] as const;
export type LogsParameter = (typeof LOGS_PARAMETERS)[number];

export interface LogsQuery {
  readonly filter: LogFilter;
  /** Entries at most; null where nothing was asked for. */
  readonly limit: number | null;
  readonly cursor: string | null;
  /** All that match as a file of this kind; null for one page. */
  readonly format: LogFormat | null;
}

export type ParsedLogsQuery =
  | { readonly kind: "valid"; readonly query: LogsQuery }
  | { readonly kind: "invalid"; readonly failure: Failure };

/** Reads the parameters, relative times against `now`. The failure names every parameter that is wrong. */
export function parseLogsQuery(parameters: URLSearchParams, now: Instant): ParsedLogsQuery {
  const { take, text, blame, judge } = readParameters(parameters, LOGS_PARAMETERS);
  const instant = instantFrom(now);
  const filter: LogFilter = {
    agent: text("agent"),
    owner: text("owner"),
    purpose: text("purpose"),
    run: text("run"),
    provider: text("provider"),
    model: text("model"),
    reason: text("reason"),
    status: take("status", "an HTTP status from 100 to 599", whole(100, 599)),
    type: take("type", `one of ${TYPES.join(", ")}`, oneOf(TYPES)),
    from: take("from", TIME_FORM, instant),
    to: take("to", TIME_FORM, instant),
  };
  if (filter.from !== undefined && filter.to !== undefined && filter.from > filter.to) {
    blame("`from` must not be after `to`");
  }

  const format = take("format", `one of ${FORMATS.join(", ")}`, oneOf(FORMATS)) ?? null;
  const largest = format === null ? LARGEST_PAGE : Number.MAX_SAFE_INTEGER;
  const limit = take("limit", `a whole number from 1 to ${largest}`, whole(1, largest)) ?? null;
  const isCursor = (text: string) => (parseCursor(text) === null ? null : text);
  const cursor = take("cursor", "a `next_cursor` that this route answered", isCursor) ?? null;
  if (format !== null && cursor !== null) blame("`cursor` does not go with `format`");

  const failure = judge();
  return failure ? { kind: "invalid", failure } : { kind: "valid", query: { filter, limit, cursor, format } };
}
