/** The kinds of values that a single setting may have, as JSON Schema that carries the setting's default. */
import type { Bytes, Millis } from "../core/duration.ts";
import { type Typed, typed } from "./shapes.ts";

/** What every leaf says about itself. `default` is written as in the file. */
export interface LeafSchema {
  readonly type: string | readonly string[];
  readonly description: string;
  /** Left out where the file must give a value. */
  readonly default?: string | number | boolean | null;
  /** How it is read (leaf-reader.ts). Editors that do not know the format still have the type. */
  readonly format?: LeafFormat;
  readonly enum?: readonly string[];
  /** Milliseconds for durations, bytes for sizes. */
  readonly minimum?: number;
  readonly maximum?: number;
}

export type LeafFormat =
  | "tollgate-duration"
  | "tollgate-size"
  | "tollgate-zone"
  | "tollgate-host"
  | "tollgate-target-host"
  | "tollgate-agent-name"
  | "tollgate-provider-name"
  | "tollgate-agent-name-or-all"
  | "tollgate-glob"
  | "tollgate-base-url"
  | "tollgate-path"
  | "tollgate-label"
  | "tollgate-secret";

export interface Range {
  readonly minimum: number;
  readonly maximum: number;
}

type Leaf<Value> = Typed<Value, LeafSchema>;

function leaf<Value>(schema: LeafSchema): Leaf<Value> {
  return typed<Value, LeafSchema>(schema);
}

const orNull = (type: string) => [type, "null"] as const;

export function integer(preset: number, range: Range, description: string): Leaf<number> {
  return leaf({ type: "integer", ...range, default: preset, description });
}

/** 0 asks the system for a free port. */
export function port(preset: number, description: string): Leaf<number> {
  return integer(preset, { minimum: 0, maximum: 65_535 }, description);
}

export function toggle(preset: boolean, description: string): Leaf<boolean> {
  return leaf({ type: "boolean", default: preset, description });
}

/** One of a few words. */
export function choice<const Word extends string>(
  words: readonly Word[],
  preset: Word,
  description: string,
): Leaf<Word> {
  return leaf({ type: "string", enum: words, default: preset, description });
}

/** One of a few words, or nothing. */
export function choiceOrNone<const Word extends string>(
  words: readonly Word[],
  description: string,
): Leaf<Word | null> {
  return leaf({ type: orNull("string"), enum: words, default: null, description });
}

export function duration(preset: string, range: Range, description: string): Leaf<Millis> {
  return leaf({
    type: ["string", "integer"],
    format: "tollgate-duration",
    ...range,
    default: preset,
    description,
  });
}

export function size(preset: string, range: Range, description: string): Leaf<Bytes> {
  return leaf({
    type: ["string", "integer"],
    format: "tollgate-size",
    ...range,
    default: preset,
    description,
  });
}

/** Text of a certain form. */
export function text(format: LeafFormat, preset: string, description: string): Leaf<string> {
  return leaf({ type: "string", format, default: preset, description });
}

/** Text of a certain form, or nothing; empty text counts as nothing. */
export function textOrNone(format: LeafFormat, description: string): Leaf<string | null> {
  return leaf({ type: orNull("string"), format, default: null, description });
}

/** USD, not negative. Without a default it must be given. */
export function usd(description: string): Leaf<number> {
  return leaf({ type: "number", minimum: 0, maximum: 1_000_000, description });
}

export function usdOrNone(description: string): Leaf<number | null> {
  return leaf({ type: orNull("number"), minimum: 0, maximum: 1_000_000, default: null, description });
}
