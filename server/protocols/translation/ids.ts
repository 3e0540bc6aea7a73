/** Ids of tool calls, which each provider accepts in its own form alone. */

/**
 * The id in the letters, digits, `_` and `-` that every provider takes, and no longer than 40 of them. The same id always
 * becomes the same one, and different ids different ones, so that a result finds its call.
 */
export function fitId(id: string): string {
  if (/^[\w-]{1,40}$/.test(id)) return id;
  const readable = id.replace(/[^\w-]/g, "_").slice(0, 24);
  return `${readable}_${Bun.hash(id).toString(36)}`;
}
