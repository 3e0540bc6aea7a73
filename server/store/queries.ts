/** What is asked of index.db. Values from outside reach SQL as parameters only. */
import type { Database, SQLQueryBindings } from "bun:sqlite";
import type { Tally } from "../core/agent.ts";
import type { Instant } from "../core/duration.ts";
import { SPAN } from "./fold.ts";
import { type AgentHistory, LOG_FIELDS, type LogEntry, type LogFilter } from "./store.ts";

/**
 * Columns that a filter compares as they are, the most telling first. The first one given is looked up by its index, the
 * others are compared (the `+` keeps SQLite from using theirs): without statistics it would choose blindly, and with
 * statistics of a table that grows it would choose by what was true then.
 */
const EQUAL = [
  "run",
  "reason",
  "agent",
  "owner",
  "model",
  "purpose",
  "provider",
  "status",
  "type",
] as const satisfies readonly (keyof LogFilter)[];

/** Later than any time: what an open end of a period stands for. */
const FAR: Instant = 8.64e15;

const SUMS = `sum(calls) AS calls, sum(errors) AS errors, sum(blocked) AS blocked, sum(tokens_in) AS tokensIn,
  sum(tokens_out) AS tokensOut, sum(cost_nano) AS costNano, sum(unpriced) AS unpriced`;

export interface Queries {
  /** Up to `limit` entries with numbers in (floor, before), newest first. */
  page(filter: LogFilter, limit: number, floor: number, before: number): LogEntry[];
  agents(): AgentHistory[];
  tallies(from: Instant, to: Instant): Map<string, Tally>;
}

export function prepareQueries(database: Database): Queries {
  const columns = LOG_FIELDS.map((field) => `"${field}"`).join(", ");
  const listAgents = database.query<AgentRow, []>(`
    SELECT agent, owner, purpose, first_seen AS firstSeen, last_seen AS lastSeen, calls, errors, blocked,
      tokens_in AS tokensIn, tokens_out AS tokensOut, cost_nano AS costNano, unpriced
    FROM agents ORDER BY agent`);
  const sumHours = database.query<Tally & { agent: string }, [number, number]>(
    `SELECT agent, ${SUMS} FROM hours WHERE start >= ? AND start < ? AND agent <> '' GROUP BY agent`,
  );

  const findSpan = database.query<{ first: number | null; last: number | null }, [number, number]>(
    "SELECT min(first) AS first, max(last) AS last FROM spans WHERE hour >= ? AND hour <= ?",
  );

  /** Between which numbers, exclusive, everything of the filter's period stands. */
  function findBounds({ from, to }: LogFilter, floor: number, before: number): [number, number] {
    if (from === undefined && to === undefined) return [floor, before];
    const { first, last } = findSpan.get(hourOf(from ?? 0), hourOf(to ?? FAR)) ?? { first: null, last: null };
    if (first === null || last === null) return [before, before];
    return [Math.max(floor, first - 1), Math.min(before, last + 1)];
  }

  return {
    page(filter, limit, floor, before) {
      const { where, values } = renderFilter(filter);
      const bounds = findBounds(filter, floor, before);
      const sql = `SELECT ${columns} FROM entries WHERE seq > ? AND seq < ?${where} ORDER BY seq DESC LIMIT ?`;
      return database
        .query<Row, SQLQueryBindings[]>(sql)
        .all(...bounds, ...values, limit)
        .map(toEntry);
    },
    agents: () =>
      listAgents.all().map(({ agent, owner, purpose, firstSeen, lastSeen, ...total }) => ({
        agent,
        owner,
        purpose,
        firstSeen,
        lastSeen,
        total,
      })),
    tallies: (from, to) => new Map(sumHours.all(from, to).map(({ agent, ...tally }) => [agent, tally])),
  };
}

/** An opaque word for "what comes before this number". */
export function renderCursor(seq: number): string {
  return Buffer.from(String(seq)).toString("base64url");
}

/** The number a cursor stands for; null when it is none. */
export function parseCursor(cursor: string): number | null {
  const text = Buffer.from(cursor, "base64url").toString("latin1");
  return /^\d{1,16}$/.test(text) && renderCursor(Number(text)) === cursor ? Number(text) : null;
}

type Row = Record<(typeof LOG_FIELDS)[number], string | number | null>;
interface AgentRow extends Tally {
  agent: string;
  owner: string | null;
  purpose: string | null;
  firstSeen: number;
  lastSeen: number;
}

function renderFilter(filter: LogFilter): { where: string; values: (string | number)[] } {
  const parts: string[] = [];
  const values: (string | number)[] = [];
  const narrow = (condition: string, value: string | number | undefined) => {
    if (value === undefined) return;
    parts.push(` AND ${condition}`);
    values.push(value);
  };
  for (const column of EQUAL) narrow(`${values.length > 0 ? "+" : ""}"${column}" = ?`, filter[column]);
  narrow("+time >= ?", filter.from);
  narrow("+time < ?", filter.to);
  return { where: parts.join(""), values };
}

function hourOf(time: Instant): number {
  return Math.floor(time / SPAN);
}

function toEntry(row: Row): LogEntry {
  const stream = row.stream === null ? null : row.stream === 1;
  return { ...row, time: new Date(Number(row.time)).toISOString(), stream };
}
