/** JSON of which nothing is known yet: whether it is an object, and what it has in it. Pure. */

export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether it has members by name: a list has none. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The member of this name; undefined where there is none, as in what is no object. */
export function memberOf(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}
