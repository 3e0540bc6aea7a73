/** The parameters of a query, checked: a misspelt one must not answer with everything. */
import { type Instant, parseInstant } from "../core/duration.ts";
import { type Failure, failure } from "./failure.ts";

const LONGEST_VALUE = 512;
/** The end of the year 9999: what ISO 8601 writes with four digits. */
const LAST_INSTANT: Instant = 253_402_300_799_999;

/** What the times of a query look like. */
export const TIME_FORM = "ISO 8601 (2026-01-31T12:00:00Z) or a span back from now (24h)";

/** A query as it is read, name by name. */
export interface Parameters<Name extends string> {
  /** The text as it was given; undefined where none was. */
  text(name: Name): string | undefined;
  /** What `read` makes of the text; where that is null, the parameter must be of the `form`. */
  take<Value>(name: Name, form: string, read: (text: string) => Value | null): Value | undefined;
  /** Says what is wrong with several of them together. */
  blame(problem: string): void;
  /** Everything that was wrong, as one failure; null when nothing was. */
  judge(): Failure | null;
}

/** Begins with what is wrong with the query as such: names that are not `known`, or stand twice, or say nothing. */
export function readParameters<Name extends string>(
  query: URLSearchParams,
  known: readonly Name[],
): Parameters<Name> {
  const problems: string[] = [];
  const given = new Map<Name, string>();
  for (const [key, value] of query) {
    const name = known.find((one) => one === key);
    if (!name) problems.push(`${quote(key)} is not a parameter; known are ${known.join(", ")}`);
    else if (given.has(name)) problems.push(`\`${name}\` stands twice`);
    else if (value === "" || value.length > LONGEST_VALUE) {
      problems.push(`\`${name}\` must have 1 to ${LONGEST_VALUE} characters`);
    } else given.set(name, value);
  }
  return {
    text: (name) => given.get(name),
    take(name, form, read) {
      const text = given.get(name);
      const value = text === undefined ? undefined : read(text);
      if (value === null) problems.push(`\`${name}\` must be ${form}`);
      return value ?? undefined;
    },
    blame: (problem) => void problems.push(problem),
    judge() {
      if (problems.length === 0) return null;
      const message = `The query is wrong: ${problems.join("; ")}.`;
      return failure(400, "invalid_parameter", message, { problems });
    },
  };
}

/** Reads whole numbers from `least` to `most`. */
export function whole(least: number, most: number): (text: string) => number | null {
  return (text) => {
    const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
    return value >= least && value <= most ? value : null;
  };
}

/** Reads one of these words. */
export function oneOf<Choice extends string>(choices: readonly Choice[]): (text: string) => Choice | null {
  return (text) => choices.find((choice) => choice === text) ?? null;
}

/** Reads times, relative ones against `now`, that a calendar knows: a span that goes further back means 1970. */
export function instantFrom(now: Instant): (text: string) => Instant | null {
  return (text) => {
    const instant = parseInstant(text, now);
    return instant === null ? null : Math.min(LAST_INSTANT, Math.max(0, instant));
  };
}

function quote(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 39)}…` : text);
}
