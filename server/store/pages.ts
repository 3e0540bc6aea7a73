/** Finds entries of the logs. Values from outside reach SQL as parameters only. */
import type { Database, SQLQueryBindings } from "bun:sqlite";
import type { Instant } from "../core/duration.ts";
import { spanOf } from "./fold.ts";
import { BLOCK, blockStart, SHAPE_FIELDS } from "./shapes.ts";
import { type Detail, LOG_FIELDS, type LogEntry, type LogField, type LogFilter } from "./store.ts";

/** Up to `limit` entries with numbers in (floor, before), newest first. */
export type FindPage = (filter: LogFilter, limit: number, floor: number, before: number) => LogEntry[];

/**
 * What a filter compares as it is, the most telling first: labels of a shape, and what entries say themselves. Of each
 * the first one given is looked up by its index, the others are compared (the `+` keeps SQLite from using theirs):
 * without statistics it would choose blindly, and with statistics of a table that grows it would choose by what was
 * true then.
 */
const LABELS = ["agent", "model", "owner", "type", "provider", "purpose"] as const;
const OWN = ["run", "reason", "status"] as const;

/** Later than any time: what an open end of a period stands for. */
const FAR: Instant = 8.64e15;

/** The first number that belongs to it, and the first that does not. */
type Range = readonly [number, number];

export function preparePages(database: Database): FindPage {
  const findSpan = database.query<{ first: number | null; last: number | null }, [number, number]>(
    "SELECT min(first) AS first, max(last) AS last FROM spans WHERE hour >= ? AND hour <= ?",
  );

  /** The part of a range in which everything of the filter's period stands. */
  function narrow([start, end]: Range, { from, to }: LogFilter): Range {
    if (from === undefined && to === undefined) return [start, end];
    const { first, last } = findSpan.get(spanOf(from ?? 0), spanOf(to ?? FAR)) ?? { first: null, last: null };
    return first === null || last === null ? [end, end] : [Math.max(start, first), Math.min(end, last + 1)];
  }

  /**
   * The parts to look through, newest first. When labels are asked for, the newest shape that has them says which block
   * is next: labels that are rare, or nowhere, cost no more than the blocks they are in.
   */
  function* split([start, end]: Range, labels: Conditions): Generator<Range> {
    if (labels.values.length === 0) return yield [start, end];
    const findShape = database.query<{ id: number }, SQLQueryBindings[]>(
      `SELECT id FROM shapes WHERE id < ?${labels.sql} ORDER BY id DESC LIMIT 1`,
    );
    for (let rest = end; rest > start; ) {
      const shape = findShape.get(rest, ...labels.values);
      if (!shape) return;
      const block = blockStart(shape.id);
      yield [Math.max(start, block), Math.min(rest, block + BLOCK)];
      rest = block;
    }
  }

  return (filter, limit, floor, before) => {
    const labels = renderConditions("shapes", LABELS, filter);
    const own = renderConditions("entries", OWN, filter);
    const list = database.query<Row, SQLQueryBindings[]>(renderListing(labels, own));
    const period = [filter.from ?? -FAR, filter.to ?? FAR];
    const entries: LogEntry[] = [];
    for (const [start, end] of split(narrow([floor + 1, before], filter), labels)) {
      const shapes = labels.values.length === 0 ? [] : [blockStart(start), end, ...labels.values];
      const rows = list.all(start, end, ...period, ...own.values, ...shapes, limit - entries.length);
      for (const row of rows) entries.push(toEntry(row));
      if (entries.length >= limit) break;
    }
    return entries;
  };
}

/** An entry as SQLite keeps it. */
type Row = Record<Exclude<LogField, "detail">, string | number | null> & { detail: string | null };

/** What is put behind a `WHERE`, and the values of its parameters. */
interface Conditions {
  readonly sql: string;
  readonly values: readonly (string | number)[];
}

function renderConditions(
  table: string,
  columns: readonly (keyof LogFilter)[],
  filter: LogFilter,
): Conditions {
  const parts: string[] = [];
  const values: (string | number)[] = [];
  for (const column of columns) {
    const value = filter[column];
    if (value === undefined) continue;
    parts.push(` AND ${values.length > 0 ? "+" : ""}${table}.${column} = ?`);
    // In the words of the partial index, or SQLite would not see that it serves.
    if (column === "status" && value !== 200) parts.push(" AND entries.status <> 200");
    values.push(value);
  }
  return { sql: parts.join(""), values };
}

/** Entries of a range and a period (`CROSS JOIN` keeps SQLite from going through the shapes instead). */
function renderListing(labels: Conditions, own: Conditions): string {
  const fits = ` AND entries.shape IN (SELECT id FROM shapes WHERE id >= ? AND id < ?${labels.sql})`;
  return `SELECT ${LOG_FIELDS.map(renderColumn).join(", ")}
    FROM entries CROSS JOIN shapes ON shapes.id = entries.shape
      LEFT JOIN entries AS former ON former.seq = entries.seq - 1
    WHERE entries.seq >= ? AND entries.seq < ? AND entries.time >= ? AND entries.time < ?${own.sql}
      ${labels.values.length === 0 ? "" : fits}
    ORDER BY entries.seq DESC LIMIT ?`;
}

function renderColumn(field: LogField): string {
  if (field === "prev") return "coalesce(entries.prev, former.hash) AS prev";
  const table = SHAPE_FIELDS.some((label) => label === field) ? "shapes" : "entries";
  return `${table}.${field}`;
}

function toEntry(row: Row): LogEntry {
  const stream = row.stream === null ? null : row.stream === 1;
  const detail: Detail | null = row.detail === null ? null : JSON.parse(row.detail);
  return { ...row, time: new Date(Number(row.time)).toISOString(), stream, detail };
}
