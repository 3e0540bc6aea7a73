/** The query of `GET /api/reports`, checked (SPEC 14.3). */
import type { Instant } from "../core/duration.ts";
import type { SumFilter } from "../store/store.ts";
import type { Failure } from "./failure.ts";
import { instantFrom, oneOf, readParameters, TIME_FORM } from "./parameters.ts";
import type { ReportBy } from "./wire/records.ts";

/** What a report may tell apart. */
export const REPORT_BY = [
  "agent",
  "owner",
  "purpose",
  "model",
  "provider",
  "day",
] as const satisfies readonly ReportBy[];

/** What a report may be written as. */
export const REPORT_FORMATS = ["json", "csv", "html"] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

/** Every parameter that the route takes. */
export const REPORT_PARAMETERS = ["by", "from", "to", "agent", "owner", "purpose", "format"] as const;

export interface ReportQuery {
  readonly by: ReportBy;
  /** Null: from where the sums begin. */
  readonly from: Instant | null;
  readonly to: Instant;
  readonly filter: SumFilter;
  readonly format: ReportFormat;
}

export type ParsedReportQuery =
  | { readonly kind: "valid"; readonly query: ReportQuery }
  | { readonly kind: "invalid"; readonly failure: Failure };

/** Reads the parameters, relative times against `now`. The failure names every parameter that is wrong. */
export function parseReportQuery(query: URLSearchParams, now: Instant): ParsedReportQuery {
  const { text, take, blame, judge } = readParameters(query, REPORT_PARAMETERS);
  const instant = instantFrom(now);
  const by = take("by", `one of ${REPORT_BY.join(", ")}`, oneOf(REPORT_BY)) ?? "agent";
  const from = take("from", TIME_FORM, instant) ?? null;
  // What happens at this moment has happened.
  const to = take("to", TIME_FORM, instant) ?? now + 1;
  const format = take("format", `one of ${REPORT_FORMATS.join(", ")}`, oneOf(REPORT_FORMATS)) ?? "json";
  const filter = { agent: text("agent"), owner: text("owner"), purpose: text("purpose") };
  if (from !== null && from >= to) blame("`from` must be before `to`, which is now if it is not given");
  const failure = judge();
  return failure ? { kind: "invalid", failure } : { kind: "valid", query: { by, from, to, filter, format } };
}
