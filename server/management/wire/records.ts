/** What the API says of what happened: logs, reports, charts, the check of the journal, events that were reported. Money is USD, times are ISO 8601. */
import type { LogEntry } from "../../store/store.ts";

/**
 * `GET /api/logs`: newest first; `next_cursor` asks for the page after, null at the end. `detail` of an entry is an object
 * whose members its `event` names.
 */
export interface LogsAnswer {
  readonly entries: readonly LogEntry[];
  readonly next_cursor: string | null;
}

/** What a report, or a chart but for days, tells apart. */
export type ReportBy = "agent" | "owner" | "purpose" | "model" | "provider" | "day";

/**
 * How long the quickest half, 95 and 99 in a hundred of the calls took that were answered whole and without an error, in
 * milliseconds, within 5 %; null without such a call.
 */
export interface LatencyFigures {
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
}

export interface ReportSums {
  readonly calls: number;
  readonly errors: number;
  readonly refusals: number;
  readonly tokens_in: number;
  readonly tokens_out: number;
  /** Leaves out the calls in `unpriced`; null when all of them are. */
  readonly cost: number | null;
  /** Calls whose cost is unknown. */
  readonly unpriced: number;
  readonly latency_ms: LatencyFigures;
  /** The models that cost the most, at most three. */
  readonly top_models: readonly ModelSums[];
}

export interface ModelSums {
  /** Null: the calls named none. */
  readonly model: string | null;
  readonly calls: number;
  readonly cost: number | null;
  readonly unpriced: number;
}

export interface ReportRow extends ReportSums {
  /** The agent's name, the owner, the day as `2026-01-31`, …; null: none was given. */
  readonly key: string | null;
}

/** `GET /api/reports`: the dearest first, days in their order. */
export interface ReportAnswer {
  readonly by: ReportBy;
  /** The period asked for, widened to whole hours; `to` does not belong to it. */
  readonly from: string;
  readonly to: string;
  /** IANA name: where hours and days begin. */
  readonly timezone: string;
  /** When the sums begin: of what was before, nothing is known. Null while there is nothing. */
  readonly known_from: string | null;
  readonly made_at: string;
  /** What narrowed it; null where nothing did. */
  readonly filters: {
    readonly agent: string | null;
    readonly owner: string | null;
    readonly purpose: string | null;
  };
  readonly rows: readonly ReportRow[];
  readonly total: ReportSums;
}

/** `GET /api/stats`: for charts. Every list of a series has as many members as `times`. */
export interface StatsAnswer {
  /** The period asked for, widened to whole steps; `to` does not belong to it. */
  readonly from: string;
  readonly to: string;
  readonly step: StatsStep;
  readonly timezone: string;
  /** When each step begins, oldest first. */
  readonly times: readonly string[];
  /** The dearest first, at most ten, and the others together as `(others)`; one, whose key is null, without `by`. */
  readonly series: readonly StatsSeries[];
}

export type StatsStep = "1m" | "1h" | "1d";

export interface StatsSeries {
  /** Null: none was given, or all together. */
  readonly key: string | null;
  readonly calls: readonly number[];
  readonly errors: readonly number[];
  readonly refusals: readonly number[];
  readonly tokens_in: readonly number[];
  readonly tokens_out: readonly number[];
  /** Null where all calls of a step are unpriced. */
  readonly cost: readonly (number | null)[];
  readonly unpriced: readonly number[];
  readonly p50_ms: readonly (number | null)[];
  readonly p95_ms: readonly (number | null)[];
  readonly p99_ms: readonly (number | null)[];
}

/** `GET /api/audit/verify`: what looking through every file of the journal has shown. */
export interface VerifyAnswer {
  /** Whether nothing wrong was found. */
  readonly ok: boolean;
  readonly checked_at: string;
  readonly files: number;
  readonly lines: number;
  /** Numbers of the first and last line that are there; null when there is none. */
  readonly first_seq: number | null;
  readonly last_seq: number | null;
  /** What could not be checked and why, as sentences; empty when everything was. */
  readonly unchecked: readonly string[];
  /** The first hundred, in the order of the files. */
  readonly problems: readonly VerifyProblem[];
  readonly problem_count: number;
}

export interface VerifyProblem {
  /** Its name without the folder. */
  readonly file: string | null;
  /** From 1; null when it is not about one line. */
  readonly line: number | null;
  readonly seq: number | null;
  readonly what: string;
}

/** `POST /api/events`; 207 where some were rejected. `index` counts from 0 in the order in which they were sent. */
export interface EventsAnswer {
  readonly accepted: number;
  readonly rejected: readonly { readonly index: number; readonly error: string }[];
}
