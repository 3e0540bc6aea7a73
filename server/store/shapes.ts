/**
 * What lines have in common. Labels repeat from line to line: each combination of them is one row of `shapes`, entries
 * refer to it, and the indexes of labels stand over shapes alone. Blocks of numbers do not share shapes, so shapes say
 * in which blocks a label is found, and they go when their block goes.
 */
import type { Database } from "bun:sqlite";
import type { Line } from "../core/event.ts";
import type { LogField } from "./store.ts";

/** Numbers that share their shapes. */
export const BLOCK = 4_096;

// biome-ignore format: a list
/** Columns that a line shares with many others. What tells lines apart, as `run` and `error`, is their own. */
export const SHAPE_FIELDS = [
  "type", "agent", "owner", "charged_owner", "purpose", "key", "provider", "protocol", "upstream_protocol",
  "requested_model", "model", "ending", "usage", "event",
] as const satisfies readonly LogField[];

type Value = string | number | null;

/** The labels of one line. Two lines have the same key when all their labels are the same. */
export interface Shape {
  readonly key: string;
  /** In the order of `SHAPE_FIELDS`. */
  readonly values: readonly Value[];
}

export interface Shapes {
  /** The row of this shape in the block of line `seq`, which is the line that brings it when it is new. */
  findId(shape: Shape, seq: number): number;
  /** Removes the shapes of blocks that end before `seq`. */
  dropBefore(seq: number): void;
  /** Forgets what it knows of the table: after a transaction that failed. */
  forget(): void;
}

/** The table `shapes`. Everything happens inside the caller's transaction. */
export function prepareShapes(database: Database): Shapes {
  const columns = SHAPE_FIELDS.map((field) => `"${field}"`).join(", ");
  const insert = database.query(
    `INSERT INTO shapes (id, ${columns}) VALUES (?, ${SHAPE_FIELDS.map(() => "?").join(", ")})`,
  );
  const list = database.query<Record<string, Value>, [number, number]>(
    `SELECT id, ${columns} FROM shapes WHERE id >= ? AND id < ?`,
  );
  const drop = database.query("DELETE FROM shapes WHERE id < ?");
  let block: number | null = null;
  let dropped = 0;
  /** Shapes of the present block. */
  let ids = new Map<string, number>();

  function enter(start: number): void {
    block = start;
    ids = new Map(
      list.all(start, start + BLOCK).map((row) => {
        return [renderKey(SHAPE_FIELDS.map((field) => row[field] ?? null)), Number(row.id)];
      }),
    );
  }

  return {
    findId(shape, seq) {
      const start = blockStart(seq);
      if (block !== start) enter(start);
      const known = ids.get(shape.key);
      if (known !== undefined) return known;
      insert.run(seq, ...shape.values);
      ids.set(shape.key, seq);
      return seq;
    },
    dropBefore(seq) {
      const start = blockStart(seq);
      if (start === dropped) return;
      drop.run(start);
      dropped = start;
    },
    forget() {
      block = null;
      dropped = 0;
    },
  };
}

/** The first number of the block that holds this one. */
export function blockStart(seq: number): number {
  return seq - (seq % BLOCK);
}

export function readShape(line: Line): Shape {
  const values = SHAPE_FIELDS.map((field) => readValue(line, field));
  return { key: renderKey(values), values };
}

/** What a line says under this name, as SQLite keeps it: null when it says nothing. */
export function readValue(line: object, field: LogField): Value {
  const value: unknown = (line as Readonly<Record<string, unknown>>)[field];
  if (typeof value === "boolean") return value ? 1 : 0;
  return typeof value === "string" || typeof value === "number" ? value : null;
}

function renderKey(values: readonly Value[]): string {
  return JSON.stringify(values);
}
