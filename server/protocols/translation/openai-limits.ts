/** Bounds that OpenAI's two formats have in common. https://platform.openai.com/docs/api-reference */

/** Hotter is refused. */
export const HIGHEST_TEMPERATURE = 2;

const LONGEST_USER = 64;
const LONGEST_NAME = 64;
/** Schemas have to be named. */
const UNNAMED = "answer";

/** The client's label of its user; null where it is longer than OpenAI takes: it is left out, as labels may be. */
export function fitUser(user: string | null): string | null {
  return user !== null && user.length <= LONGEST_USER ? user : null;
}

/** The name of a schema in the letters that OpenAI takes. */
export function fitSchemaName(name: string | null): string {
  return (name ?? UNNAMED).replace(/[^\w-]/g, "_").slice(0, LONGEST_NAME);
}
