/** What goes along to a provider that the client did not address: nothing that was meant for another (SPEC 5.1). Pure. */

const HEADERS = ["accept", "content-type", "content-encoding", "user-agent", "x-agent-identity"];
/** What belongs to a format, wherever that is spoken. */
const OF_A_FORMAT = ["anthropic-version", "anthropic-beta"];
/** How an answer is framed, and which version of a format is meant. */
const MEMBERS = ["alt", "$alt", "beta"];

/** The headers of a request for a provider that speaks the client's format, or another. */
export function harmlessHeaders(headers: Headers, isSameFormat: boolean): Headers {
  const picked = new Headers();
  for (const name of isSameFormat ? [...HEADERS, ...OF_A_FORMAT] : HEADERS) {
    const value = headers.get(name);
    if (value !== null) picked.set(name, value);
  }
  return picked;
}

/** The query of a generating request in the client's format: with its question mark, or empty. */
export function harmlessQuery(query: string): string {
  const picked = [...new URLSearchParams(query)].filter(([name]) => MEMBERS.includes(name));
  return picked.length === 0 ? "" : `?${new URLSearchParams(picked)}`;
}
