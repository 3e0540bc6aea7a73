/** Ids of tool calls and names of tools, which each provider accepts in its own form alone. */

/** `nine`: letters and digits, nine of them. `usual`: letters, digits, `_` and `-`, which every other provider takes. */
export type IdForm = "usual" | "nine";

const LONGEST_ID = 40;
const LONGEST_NAME = 64;
/** Of what is fitted, so much stays readable. */
const READABLE = 24;
const NINE = 9;

/**
 * The id in the form that a provider takes; no longer than 40 in the usual one. The same id always becomes the same one,
 * and different ids different ones, so that a result finds its call. One that fits stays as it is.
 */
export function fitId(id: string, form: IdForm = "usual"): string {
  if (form === "nine") return /^[A-Za-z0-9]{9}$/.test(id) ? id : hashOf(id).padStart(NINE, "0").slice(-NINE);
  return /^[\w-]+$/.test(id) && id.length <= LONGEST_ID ? id : shorten(id);
}

/**
 * The name of a tool in the letters that every provider takes: it begins with a letter or `_`, and has no more than 64. Like
 * ids, different names stay different; one that fits stays as it is.
 */
export function fitName(name: string): string {
  if (/^[A-Za-z_][\w-]*$/.test(name) && name.length <= LONGEST_NAME) return name;
  const fitted = shorten(name);
  return /^[A-Za-z_]/.test(fitted) ? fitted : `_${fitted}`;
}

function shorten(text: string): string {
  return `${text.replace(/[^\w-]/g, "_").slice(0, READABLE)}_${hashOf(text)}`;
}

function hashOf(text: string): string {
  return Bun.hash(text).toString(36);
}
