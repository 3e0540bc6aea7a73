/** The options of `tollgate logs` that choose entries. Pure. */
import type { ArgsDef } from "citty";
import { type Instant, parseInstant } from "../core/duration.ts";
import type { Line } from "../core/event.ts";
import { REASONS } from "../core/refusal.ts";
import type { LogEntry } from "../store/store.ts";
import { guess } from "./guess.ts";

export const FILTER_ARGS = {
  agent: { type: "string", valueHint: "NAME", description: "Only this agent" },
  owner: { type: "string", valueHint: "NAME", description: "Only agents of this owner" },
  purpose: { type: "string", valueHint: "NAME", description: "Only this purpose" },
  run: { type: "string", valueHint: "ID", description: "Only this run" },
  provider: { type: "string", valueHint: "NAME", description: "Only this provider" },
  model: { type: "string", valueHint: "NAME", description: "Only this model, by its full name" },
  status: { type: "string", valueHint: "CODE", description: "Only this HTTP status" },
  reason: { type: "string", valueHint: "REASON", description: "Only refusals for this reason" },
  type: { type: "string", valueHint: "TYPE", description: "Only call, blocked, agent, gateway, config, …" },
  since: { type: "string", valueHint: "TIME", description: "Not before: ISO 8601, or a span back (24h)" },
  until: { type: "string", valueHint: "TIME", description: "Only before: ISO 8601, or a span back (1h)" },
} as const satisfies ArgsDef;

/** What was given of them; each narrows. */
export type LogsOptions = { readonly [Name in keyof typeof FILTER_ARGS]?: string | undefined };

/** What `GET /api/logs` takes for them. */
export type LogsQuery = Readonly<
  Partial<Record<Exclude<keyof LogsOptions, "since" | "until"> | "from" | "to", string>>
>;

export function toQuery(options: LogsOptions): LogsQuery {
  const { agent, owner, purpose, run, provider, model, status, reason, type, since, until } = options;
  const labels = { agent, owner, purpose, run, provider, model, status, reason, type };
  const given = Object.entries({ ...labels, from: since, to: until });
  return Object.fromEntries(given.filter(([, value]) => value !== undefined));
}

/** What an entry is compared with as it is. */
const COMPARED = [
  "agent",
  "owner",
  "purpose",
  "run",
  "provider",
  "model",
  "status",
  "reason",
  "type",
] as const satisfies readonly (keyof LogsOptions & keyof LogEntry)[];

/** Whether a new entry passes the filters, as the API would judge it; `since` lies behind it, and there is no `until`. */
export function passes(entry: LogEntry, options: LogsOptions): boolean {
  return COMPARED.every((name) => options[name] === undefined || String(entry[name]) === options[name]);
}

const TYPES = Object.keys({
  call: true,
  blocked: true,
  agent: true,
  gateway: true,
  config: true,
  admin: true,
  journal: true,
  breaker: true,
  policy: true,
  trust: true,
  attempt: true,
  external: true,
  checkpoint: true,
} satisfies Record<Line["type"], true>);

const TIME_FORM = "expected a time such as 2026-01-31T12:00:00Z or a span back such as 24h";

/** The first option that makes no sense, as a sentence; null when all do. */
export function checkLogsOptions(
  options: LogsOptions & { readonly limit: string; readonly follow?: boolean | undefined },
  now: Instant,
): string | null {
  const { limit, follow, status, reason, type, since, until } = options;
  if (!/^\d{1,7}$/.test(limit)) return `--limit is ${JSON.stringify(limit)}; expected a whole number.`;
  if (status !== undefined && !/^[1-5]\d\d$/.test(status))
    return `--status is ${JSON.stringify(status)}; expected one HTTP status such as 429.`;
  const unknown = checkWord("--reason", reason, Object.keys(REASONS)) ?? checkWord("--type", type, TYPES);
  if (unknown !== null) return unknown;
  const [from, to] = [since, until].map((time) => (time === undefined ? undefined : parseInstant(time, now)));
  if (from === null) return `--since is ${JSON.stringify(since)}; ${TIME_FORM}.`;
  if (to === null) return `--until is ${JSON.stringify(until)}; ${TIME_FORM}.`;
  if (from !== undefined && to !== undefined && from > to) return "--since is later than --until.";
  return follow && until !== undefined ? "--until does not go with --follow, which has no end." : null;
}

/** Null where nothing was given or it is one of the known words. */
function checkWord(option: string, word: string | undefined, known: readonly string[]): string | null {
  if (word === undefined || known.includes(word)) return null;
  const near = guess(word, known);
  const wanted = near ? `did you mean ${near}?` : `expected one of ${known.join(", ")}.`;
  return `${option} is ${JSON.stringify(word)}; ${wanted}`;
}
