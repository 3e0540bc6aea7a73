/** Which provider a request is for, and what follows it in the path (SPEC 3.1-3.3). Pure. */
import { type Refusal, refusal } from "../core/refusal.ts";
import type { Providers } from "../providers/index.ts";
import type { Provider } from "../providers/provider.ts";
import { VIRTUAL_NAMES } from "../providers/virtual.ts";

/** The request line as the caller wrote it, undecoded. */
export interface RequestTarget {
  readonly path: string;
  /** With the question mark, or empty. */
  readonly query: string;
}

export interface Route {
  /** The agent named in the path, decoded, or null. */
  readonly agent: string | null;
  /** Null when only `x-target-url`, or the configuration, can say where the request goes. */
  readonly provider: Provider | null;
  /** The path after the provider, without leading slash. */
  readonly rest: string;
  /**
   * `addressed`: the path or Host names the provider; `plain`: it was guessed from an official path; `virtual`: the path
   * leaves it to the configuration (SPEC 12.2).
   */
  readonly form: "addressed" | "plain" | "virtual";
}

/**
 * Cuts a request's URL without decoding anything: escapes and `:generateContent` reach the upstream as they are. A
 * fragment goes no further (RFC 9112 §3.2 has none): what is classified must be what is sent.
 */
export function readTarget(url: string): RequestTarget {
  const start = url.startsWith("/") ? 0 : url.indexOf("/", url.indexOf("://") + 3);
  const from = start < 0 ? url.length : start;
  const hash = url.indexOf("#", from);
  const end = hash < 0 ? url.length : hash;
  const question = url.indexOf("?", from);
  if (question < 0 || question > end) return { path: url.slice(from, end) || "/", query: "" };
  return { path: url.slice(from, question), query: url.slice(question, end) };
}

/** Finds the provider: agent path, path prefix, Host header, official path, `x-target-url`; in this order. */
export function findRoute(path: string, headers: Headers, providers: Providers): Route | Refusal {
  const [first = "", ...others] = path.slice(1).split("/");
  if (first === "agents") return agentRoute(others, headers, providers);

  if (VIRTUAL_NAMES.has(first))
    return { agent: null, provider: null, rest: others.join("/"), form: "virtual" };
  const prefixed = providers.find(first);
  if (prefixed) return { agent: null, provider: prefixed, rest: others.join("/"), form: "addressed" };

  const hosted = providers.byHost(hostName(headers));
  if (hosted) return { agent: null, provider: hosted, rest: path.slice(1), form: "addressed" };

  const plain = providers.byPath(path, headers);
  if (plain || headers.has("x-target-url")) {
    return { agent: null, provider: plain, rest: path.slice(1), form: "plain" };
  }
  return refusal(
    "unknown_path",
    `Nothing is served at ${shorten(path)}. Use /agents/{agent}/{provider}/…, /{provider}/… or an official path ` +
      `such as /v1/chat/completions or /v1/messages. Providers: ${providers.names().join(", ")}.`,
  );
}

function agentRoute(
  [agent = "", provider = "", ...rest]: string[],
  headers: Headers,
  providers: Providers,
): Route | Refusal {
  const name = decode(agent);
  if (!name) {
    return refusal("invalid_agent_name", "The path must name an agent: /agents/{agent}/{provider}/…");
  }
  if (VIRTUAL_NAMES.has(provider))
    return { agent: name, provider: null, rest: rest.join("/"), form: "virtual" };
  const found = providers.find(provider);
  if (found) return { agent: name, provider: found, rest: rest.join("/"), form: "addressed" };
  // No provider is named like the first part of an official path, so such a path tells whose it is here, too.
  const official = [provider, ...rest].join("/");
  const owner = providers.byPath(`/${official}`, headers);
  if (owner) return { agent: name, provider: owner, rest: official, form: "addressed" };
  return refusal(
    "unknown_provider",
    provider === ""
      ? `The path must name a provider after the agent. Providers: ${providers.names().join(", ")}.`
      : `There is no provider ${JSON.stringify(shorten(provider))}. Providers: ${providers.names().join(", ")}.`,
  );
}

function decode(segment: string): string {
  if (!segment.includes("%")) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    // Not UTF-8 percent-encoding: the name check refuses what stands there.
    return segment;
  }
}

function hostName(headers: Headers): string {
  const host = headers.get("host") ?? "";
  return host.replace(/:\d+$/, "").toLowerCase();
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
