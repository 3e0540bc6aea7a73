/** A JSON value as short text: enough to tell it from others. */
import { listOf, objectOf } from "./json.ts";

/** A longer string is told by its beginning, its length and its end. */
const LONGEST = 1024;
/** Of a longer list or object its beginning and its end are told. */
const MOST_MEMBERS = 64;
/** What lies deeper is left out. */
const DEEPEST = 8;
/** Values that are told of one value, wherever in it they stand. */
const MOST_VALUES = 256;
/** Says how long a prompt may be cached, and moves along as the conversation grows. */
const NOT_SAID = "cache_control";

/** The value's compact JSON, shortened: bounded however large or deep the value is. Equal values have equal outlines. */
export function outline(value: unknown): string {
  let left = MOST_VALUES;
  return write(value, 0);

  function write(one: unknown, depth: number): string {
    if (depth > DEEPEST || left-- <= 0) return "";
    if (typeof one === "string") return writeText(one);
    if (Array.isArray(one)) return `[${writeAll(listOf(one), (element) => write(element, depth + 1))}]`;
    const members = objectOf(one);
    if (!members) return String(one);
    const names = Object.keys(members).filter((name) => name !== NOT_SAID);
    return `{${writeAll(names, (name) => `${writeText(name)}:${write(members[name], depth + 1)}`)}}`;
  }
}

function writeAll<One>(all: readonly One[], write: (one: One) => string): string {
  if (all.length <= MOST_MEMBERS) return all.map(write).join(",");
  const half = MOST_MEMBERS / 2;
  return [...all.slice(0, half).map(write), String(all.length), ...all.slice(-half).map(write)].join(",");
}

function writeText(text: string): string {
  if (text.length <= LONGEST) return JSON.stringify(text);
  return JSON.stringify(`${text.slice(0, LONGEST / 2)} ${text.length} ${text.slice(-LONGEST / 2)}`);
}
