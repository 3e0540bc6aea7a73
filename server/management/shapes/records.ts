/** The shapes of `wire/records.ts`: logs, reports, charts, the check of the journal, events that were reported. */
import { Type } from "@sinclair/typebox";
import { LOG_FIELDS, type LogEntry } from "../../store/store.ts";
import type {
  EventsAnswer,
  LatencyFigures,
  LogsAnswer,
  ModelSums,
  ReportAnswer,
  ReportRow,
  ReportSums,
  StatsAnswer,
  StatsSeries,
  VerifyAnswer,
  VerifyProblem,
} from "../wire/records.ts";
import {
  choice,
  flag,
  listOf,
  type Members,
  members,
  number,
  orNull,
  record,
  type Shape,
  text,
  time,
  whole,
} from "./shape.ts";

/** Its fields are one list, and so are their shapes. */
const LOG_ENTRY: Shape<LogEntry> = Type.Object(
  Object.fromEntries(
    LOG_FIELDS.map((field) => [
      field,
      field === "detail"
        ? Type.Union([Type.Record(Type.String(), Type.Unknown()), Type.Null()])
        : Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()]),
    ]),
  ),
  { title: "LogEntry" },
);

export const LOGS_ANSWER = record<LogsAnswer>("LogsAnswer", {
  entries: listOf(LOG_ENTRY),
  next_cursor: orNull(text),
});

const SUMS: Members<ReportSums> = {
  calls: whole,
  errors: whole,
  refusals: whole,
  tokens_in: whole,
  tokens_out: whole,
  cost: orNull(number),
  unpriced: whole,
  latency_ms: record<LatencyFigures>("LatencyFigures", {
    p50: orNull(number),
    p95: orNull(number),
    p99: orNull(number),
  }),
  top_models: listOf(
    record<ModelSums>("ModelSums", {
      model: orNull(text),
      calls: whole,
      cost: orNull(number),
      unpriced: whole,
    }),
  ),
};

export const REPORT_ANSWER = record<ReportAnswer>("ReportAnswer", {
  by: choice("agent", "owner", "purpose", "model", "provider", "day"),
  from: time,
  to: time,
  timezone: text,
  known_from: orNull(time),
  made_at: time,
  filters: members<ReportAnswer["filters"]>({
    agent: orNull(text),
    owner: orNull(text),
    purpose: orNull(text),
  }),
  rows: listOf(record<ReportRow>("ReportRow", { key: orNull(text), ...SUMS })),
  total: record<ReportSums>("ReportSums", SUMS),
});

const STATS_SERIES = record<StatsSeries>("StatsSeries", {
  key: orNull(text),
  calls: listOf(whole),
  errors: listOf(whole),
  refusals: listOf(whole),
  tokens_in: listOf(whole),
  tokens_out: listOf(whole),
  cost: listOf(orNull(number)),
  unpriced: listOf(whole),
  p50_ms: listOf(orNull(number)),
  p95_ms: listOf(orNull(number)),
  p99_ms: listOf(orNull(number)),
});

export const STATS_ANSWER = record<StatsAnswer>("StatsAnswer", {
  from: time,
  to: time,
  step: choice("1m", "1h", "1d"),
  timezone: text,
  times: listOf(time),
  series: listOf(STATS_SERIES),
});

export const VERIFY_ANSWER = record<VerifyAnswer>("VerifyAnswer", {
  ok: flag,
  checked_at: time,
  files: whole,
  lines: whole,
  first_seq: orNull(whole),
  last_seq: orNull(whole),
  unchecked: listOf(text),
  problems: listOf(
    record<VerifyProblem>("VerifyProblem", {
      file: orNull(text),
      line: orNull(whole),
      seq: orNull(whole),
      what: text,
    }),
  ),
  problem_count: whole,
});

export const EVENTS_ANSWER = record<EventsAnswer>("EventsAnswer", {
  accepted: whole,
  rejected: listOf(members<EventsAnswer["rejected"][number]>({ index: whole, error: text })),
});
