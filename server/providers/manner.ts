/** What a host wants otherwise than its protocol has it: a query with every call, the key in another header, further headers. */
import type { ProviderManner, ProviderSettings } from "../core/settings.ts";
import { authorizeBearer } from "./auth.ts";
import { isVersion, splitPath } from "./paths.ts";
import type { Provider, RequestLine } from "./provider.ts";

/** Where the protocols put a key. */
const KEY_HEADERS = ["authorization", "x-api-key", "x-goog-api-key"];
/** Where the query names the version, no path does: what callers write of one, their SDK added. */
const VERSION_MEMBER = "api-version";

/** The provider as its settings want it to be spoken to. `base_url` must have passed `checkBaseUrl`. */
export function withManner(
  provider: Provider,
  { base_url, key_header = null, headers = {} }: Pick<ProviderSettings, "base_url"> & Partial<ProviderManner>,
): Provider {
  const query = base_url === null ? "" : new URL(base_url).search.slice(1);
  const isPlain = query === "" && key_header === null && Object.keys(headers).length === 0;
  if (isPlain) return provider;
  return {
    ...provider,
    headers,
    locate: query === "" ? provider.locate : (line) => locateWith(provider, query, line),
    authorize: key_header === null ? provider.authorize : authorizeBy(provider, key_header),
  };
}

function locateWith(provider: Provider, query: string, line: RequestLine): ReturnType<Provider["locate"]> {
  const own = new URLSearchParams(query);
  const located = provider.locate(own.has(VERSION_MEMBER) ? withoutVersion(line) : line);
  const [place = ""] = located.url.split("?");
  const callers = line.query.slice(1).split("&");
  const kept = callers.filter((member) => member !== "" && !own.has(nameOf(member)));
  return { ...located, url: `${place}?${[query, ...kept].join("&")}` };
}

function withoutVersion(line: RequestLine): RequestLine {
  const segments = splitPath(line.rest);
  const first = segments.findIndex((segment) => !isVersion(segment));
  return { ...line, rest: first === -1 ? "" : segments.slice(first).join("/") };
}

/** The name of a member, as a server reads it. */
function nameOf(member: string): string {
  return new URLSearchParams(member).keys().next().value ?? "";
}

/** As the protocol authorizes, but for the header that has the key. */
function authorizeBy(provider: Provider, keyHeader: string): Provider["authorize"] {
  return (headers, key, located) => {
    provider.authorize(headers, key, located);
    for (const name of KEY_HEADERS) headers.delete(name);
    if (keyHeader.toLowerCase() === "authorization") authorizeBearer(headers, key);
    else headers.set(keyHeader, key);
  };
}
