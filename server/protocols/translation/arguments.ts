/** Arguments of calls: a JSON object in some formats, JSON text in others and in the neutral form. */
import { parseExactly, roundRaw } from "../exact-json.ts";
import { type Json, objectOf } from "../json.ts";
import { isTooDeep } from "./nesting.ts";

/**
 * The object that a text of arguments is. A text that is no object was cut off or is the model's mistake: it is told as it
 * is, under a name of its own, so that no tool takes it for arguments. Numbers stay as they are written, in both directions.
 */
export function argumentsOf(text: string): Json {
  if (text.trim() === "") return {};
  const args = objectOf(parseExactly(text));
  return args && !isTooDeep(args) ? args : { invalid_arguments: text };
}

/** The text of an object; that of an empty one for what is none, or goes too deep to be written. */
export function argumentsText(args: unknown): string {
  const object = objectOf(roundRaw(args));
  return object && !isTooDeep(object) ? JSON.stringify(object) : "{}";
}
