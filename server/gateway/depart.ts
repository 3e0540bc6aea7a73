/** What leaves for the upstream: the caller's headers but for what belongs to this hop, and the right key in the right place. */
import type { Settings } from "../core/settings.ts";
import type { Destination } from "./destination.ts";
import type { Departure } from "./forward.ts";
import { stripAuth, stripPlaceholders, stripQueryKey, stripQueryPlaceholder, toUpstream } from "./headers.ts";
import type { Prepared } from "./prepare.ts";

/** Makes the upstream request's URL and headers. */
export function depart(
  incoming: Headers,
  destination: Destination,
  prepared: Prepared,
  settings: Settings,
): Departure {
  const { located, key, provider } = destination;
  const headers = toUpstream(incoming, settings.identity.forward);
  if (destination.ownKey) stripPlaceholders(headers);
  else stripAuth(headers);
  const url = withQuery(located.url, destination.ownKey ? stripQueryPlaceholder : stripQueryKey);
  if (key !== null) provider.authorize(headers, key, located);
  for (const [name, value] of Object.entries(provider.headers ?? {})) headers.set(name, value);
  // Metered answers are asked for uncompressed, so that the meter reads along.
  if (located.operation.kind !== "pass") headers.set("accept-encoding", "identity");
  if (prepared.isJson && !headers.get("content-type")?.includes("json")) {
    headers.set("content-type", "application/json");
  }
  return { url, headers, body: prepared.body, address: destination.address };
}

function withQuery(url: string, change: (query: string) => string): string {
  const question = url.indexOf("?");
  return question < 0 ? url : url.slice(0, question) + change(url.slice(question));
}
