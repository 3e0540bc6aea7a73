/** The query of `GET /api/logs`, checked: a misspelt filter must not answer with everything. */
import { type Instant, parseInstant } from "../core/duration.ts";
import { parseCursor } from "../store/queries.ts";
import type { LogFilter } from "../store/store.ts";
import { type Failure, failure } from "./failure.ts";

const LARGEST_PAGE = 1_000;
const LONGEST_VALUE = 512;
const TIME_FORM = "ISO 8601 (2026-01-31T12:00:00Z) or a span back from now (24h)";

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
  const problems: string[] = [];
  const given = new Map<LogsParameter, string>();
  for (const [key, value] of parameters) {
    const name = LOGS_PARAMETERS.find((known) => known === key);
    if (!name) problems.push(`${quote(key)} is not a parameter; known are ${LOGS_PARAMETERS.join(", ")}`);
    else if (given.has(name)) problems.push(`\`${name}\` stands twice`);
    else if (value === "" || value.length > LONGEST_VALUE) {
      problems.push(`\`${name}\` must have 1 to ${LONGEST_VALUE} characters`);
    } else given.set(name, value);
  }

  function take<Value>(
    name: LogsParameter,
    form: string,
    read: (text: string) => Value | null,
  ): Value | undefined {
    const text = given.get(name);
    const value = text === undefined ? undefined : read(text);
    if (value === null) problems.push(`\`${name}\` must be ${form}`);
    return value ?? undefined;
  }

  const instant = (text: string) => parseInstant(text, now);
  const filter: LogFilter = {
    agent: given.get("agent"),
    owner: given.get("owner"),
    purpose: given.get("purpose"),
    run: given.get("run"),
    provider: given.get("provider"),
    model: given.get("model"),
    reason: given.get("reason"),
    status: take("status", "an HTTP status from 100 to 599", whole(100, 599)),
    type: take("type", `one of ${TYPES.join(", ")}`, oneOf(TYPES)),
    from: take("from", TIME_FORM, instant),
    to: take("to", TIME_FORM, instant),
  };
  if (filter.from !== undefined && filter.to !== undefined && filter.from > filter.to) {
    problems.push("`from` must not be after `to`");
  }

  const format = take("format", `one of ${FORMATS.join(", ")}`, oneOf(FORMATS)) ?? null;
  const largest = format === null ? LARGEST_PAGE : Number.MAX_SAFE_INTEGER;
  const limit = take("limit", `a whole number from 1 to ${largest}`, whole(1, largest)) ?? null;
  const isCursor = (text: string) => (parseCursor(text) === null ? null : text);
  const cursor = take("cursor", "a `next_cursor` that this route answered", isCursor) ?? null;
  if (format !== null && cursor !== null) problems.push("`cursor` does not go with `format`");

  if (problems.length > 0) {
    const message = `The query is wrong: ${problems.join("; ")}.`;
    return { kind: "invalid", failure: failure(400, "invalid_parameter", message, { problems }) };
  }
  return { kind: "valid", query: { filter, limit, cursor, format } };
}

function whole(least: number, most: number): (text: string) => number | null {
  return (text) => {
    const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
    return value >= least && value <= most ? value : null;
  };
}

function oneOf<Choice extends string>(choices: readonly Choice[]): (text: string) => Choice | null {
  return (text) => choices.find((choice) => choice === text) ?? null;
}

function quote(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 39)}…` : text);
}
