/** The ways in which hosts take a key. */

/** RFC 6750: what most hosts want. */
export function authorizeBearer(headers: Headers, key: string): void {
  headers.set("authorization", `Bearer ${key}`);
}

/** The version that is declared for callers who declare none. */
const MESSAGES_VERSION = "2023-06-01";

/** `x-api-key` and a version, as the messages format wants them; OAuth tokens (`sk-ant-oat…`) pass as Bearer only. */
export function authorizeMessages(headers: Headers, key: string): void {
  if (key.startsWith("sk-ant-oat")) authorizeBearer(headers, key);
  else headers.set("x-api-key", key);
  if (!headers.has("anthropic-version")) headers.set("anthropic-version", MESSAGES_VERSION);
}
