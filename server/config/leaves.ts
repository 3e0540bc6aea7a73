/** The kinds of values that a single setting may have, as JSON Schema that carries the setting's default. */
import type { Window } from "../core/budget.ts";
import type { Bytes, Millis } from "../core/duration.ts";
import type { NanoUsd } from "../core/money.ts";
import type { Rate } from "../core/settings.ts";
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
  /** Milliseconds for durations, bytes for sizes, USD for money. */
  readonly minimum?: number;
  readonly maximum?: number;
}

export type LeafFormat =
  | "tollgate-duration"
  | "tollgate-size"
  | "tollgate-rate"
  | "tollgate-limit"
  | "tollgate-money"
  | "tollgate-zone"
  | "tollgate-host"
  | "tollgate-target-host"
  | "tollgate-agent-name"
  | "tollgate-provider-name"
  | "tollgate-agent-name-or-all"
  | "tollgate-provider-name-or-all"
  | "tollgate-target"
  | "tollgate-glob"
  | "tollgate-policy-name"
  | "tollgate-condition"
  | "tollgate-route"
  | "tollgate-base-url"
  | "tollgate-path"
  | "tollgate-label"
  | "tollgate-secret"
  | "tollgate-secret-url"
  | "tollgate-password"
  | "tollgate-email"
  | "tollgate-alert-window"
  | "tollgate-watched-agent"
  | "tollgate-key-header"
  | "tollgate-header-name"
  | "tollgate-header-value";

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

/** Must be given. */
export function neededInteger(range: Range, description: string): Leaf<number> {
  return leaf({ type: "integer", ...range, description });
}

export function integerOrNone(range: Range, description: string): Leaf<number | null> {
  return leaf({ type: orNull("integer"), ...range, default: null, description });
}

/** A whole number, or `unlimited`: Infinity, which outdoes another layer's limit. */
export function limitOrNone(range: Range, description: string): Leaf<number | null> {
  return leaf({
    type: ["integer", "string", "null"],
    format: "tollgate-limit",
    ...range,
    default: null,
    description,
  });
}

/** USD in the file and nano-dollars in the settings; or `unlimited`: Infinity. */
export function moneyOrNone(description: string): Leaf<NanoUsd | null> {
  return leaf({
    type: ["number", "string", "null"],
    format: "tollgate-money",
    minimum: 0,
    // What a nano-dollar's whole number still holds exactly.
    maximum: 9_000_000,
    default: null,
    description,
  });
}

/** `100/min`; or `unlimited`: an infinite count. Must be given. */
export function rate(description: string): Leaf<Rate> {
  return leaf({ type: "string", format: "tollgate-rate", description });
}

export function rateOrNone(description: string): Leaf<Rate | null> {
  return leaf({ type: orNull("string"), format: "tollgate-rate", default: null, description });
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

/** One of a few words; must be given. */
export function neededChoice<const Word extends string>(
  words: readonly Word[],
  description: string,
): Leaf<Word> {
  return leaf({ type: "string", enum: words, description });
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

export function durationOrNone(range: Range, description: string): Leaf<Millis | null> {
  return leaf({
    type: ["string", "integer", "null"],
    format: "tollgate-duration",
    ...range,
    default: null,
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

/** Text of a certain form; must be given. */
export function neededText(format: LeafFormat, description: string): Leaf<string> {
  return leaf({ type: "string", format, description });
}

/** Text of a certain form, or nothing; empty text counts as nothing. */
export function textOrNone(format: LeafFormat, description: string): Leaf<string | null> {
  return leaf({ type: orNull("string"), format, default: null, description });
}

/** USD, not negative. Without a default it must be given. */
export function usd(description: string): Leaf<number> {
  return leaf({ type: "number", minimum: 0, maximum: 1_000_000, description });
}

/** A share from 0 to 1. */
export function shareOrNone(description: string): Leaf<number | null> {
  return leaf({ type: orNull("number"), minimum: 0, maximum: 1, default: null, description });
}

/** A budget's window by its word, or a span. */
export function alertWindowOrNone(range: Range, description: string): Leaf<Window | Millis | null> {
  const type = ["string", "integer", "null"];
  return leaf({ type, format: "tollgate-alert-window", ...range, default: null, description });
}

export function usdOrNone(description: string): Leaf<number | null> {
  return leaf({ type: orNull("number"), minimum: 0, maximum: 1_000_000, default: null, description });
}
