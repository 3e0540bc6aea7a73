/** Hosts with one official path under which every resource lies. */
import type { Dialect } from "../core/call.ts";
import type { ProviderSettings } from "../core/settings.ts";
import type { Quirks } from "../protocols/protocol.ts";
import type { HostTakes } from "../protocols/translation/takes.ts";
import { authorizeBearer, authorizeMessages } from "./auth.ts";
import { createCache } from "./cache.ts";
import { classify } from "./operations.ts";
import { type Base, isVersion, parseBase, splitPath, stripHeads, tailsOf } from "./paths.ts";
import type { Located, MaxOutput, Overhead, Provider, RequestLine, Speech } from "./provider.ts";

export interface HostSpec {
  readonly id: string;
  readonly speaks: Speech;
  /** Its first is the official one; a call that names another in its Host header goes there. */
  readonly hosts: readonly string[];
  /** The path that an SDK's base URL ends with: `/v1`; empty when there is none. Null: whatever `base_url` says. */
  readonly officialPath: string | null;
  /** Whether the official path is added to every base that lacks it, as an SDK does whose base URL has no version. */
  readonly pathIsImplied?: boolean;
  /** What the bare form of the path stands for. */
  readonly bare: string;
  /** Resources that lie beside the official path: first segment -> what stands before it, from the host's root. */
  readonly beside?: ReadonlyMap<string, string>;
  /** This host's own name for a resource. */
  readonly rename?: (resource: string) => string;
  readonly dialect: Dialect;
  /** Further dialects in which it generates. */
  readonly alsoServes?: readonly Dialect[];
  readonly homes?: Provider["homes"];
  readonly quirks?: Quirks;
  readonly takes?: HostTakes;
  readonly streamUsage: Provider["streamUsage"];
  readonly overhead?: Overhead;
  readonly maxOutput?: MaxOutput;
  readonly pricesAs?: string;
}

/** Where each dialect is generated, after a base that ends with its version or not. */
const PATHS: Readonly<Record<Dialect, string>> = {
  "openai-chat": "chat/completions",
  "openai-responses": "responses",
  "anthropic-messages": "v1/messages",
  "cohere-chat": "v2/chat",
  gemini: "v1beta/models/{model}:{action}",
};

/** Places of a host that are kept once found: agents use a few. */
const MOST_PLACES = 500;

/** What a prompt costs beyond its text where nothing else was seen. */
const USUAL_OVERHEAD: Overhead = { plain: 40, tools: 140 };

/** Makes the provider of a host with one official path. `base_url` must have passed `checkBaseUrl`. */
export function createHost(spec: HostSpec, settings: ProviderSettings): Provider {
  const base = resolveBase(spec, settings.base_url);
  const locate = createLocate(spec, base, settings.base_url === null);
  return {
    id: spec.id,
    speaks: spec.speaks,
    serves: new Map([spec.dialect, ...(spec.alsoServes ?? [])].map((dialect) => [dialect, PATHS[dialect]])),
    homes: spec.homes,
    hosts: spec.hosts,
    pricesAs: spec.pricesAs,
    quirks: spec.quirks ?? {},
    takes: spec.takes,
    streamUsage: spec.streamUsage,
    overhead: spec.overhead ?? USUAL_OVERHEAD,
    maxOutput: spec.maxOutput ?? [],
    base: base.origin + base.path,
    apiKey: settings.api_key,
    locate,
    authorize: (headers, key, located) => {
      if (located.operation.dialect === "anthropic-messages") authorizeMessages(headers, key);
      else authorizeBearer(headers, key);
    },
  };
}

/** The base that an SDK would be given: a bare origin gets the official path, a path that is given stands. */
function resolveBase(spec: HostSpec, baseUrl: string | null): Base {
  const official = spec.officialPath ?? "";
  if (baseUrl === null) return { origin: `https://${spec.hosts[0]}`, path: official };
  const base = parseBase(baseUrl);
  const lacks = base.path === "" || (spec.pathIsImplied === true && !base.path.endsWith(official));
  return lacks ? { origin: base.origin, path: base.path + official } : base;
}

function createLocate(spec: HostSpec, base: Base, isOfficial: boolean): (request: RequestLine) => Located {
  const official = spec.officialPath;
  const heads = repeatedHeads(base, official);
  const root = rootOf(base, official);
  const places = createCache<Omit<Located, "url">>(MOST_PLACES);

  function findPlace(method: string, rest: string): Omit<Located, "url"> {
    const segments = stripHeads(dropDoubledVersion(splitPath(rest)), heads);
    const resource = resourceOf(segments, spec.bare);
    const aside = besideOf(spec, segments[0]);
    const path =
      aside === null ? `${base.path}/${spec.rename?.(resource) ?? resource}` : `${root}${aside}/${resource}`;
    return { path, operation: classify(method, path, spec.dialect) };
  }

  return ({ method, rest, query, headers }) => {
    const { path, operation } = places(`${method} ${rest}`, () => findPlace(method, rest));
    const origin = isOfficial ? officialOrigin(spec, headers) : base.origin;
    return { url: origin + path + query, path, operation };
  };
}

/** Where only a version is left, it is a base URL that was called bare. */
function resourceOf(segments: readonly string[], bare: string): string {
  const [first, second = ""] = segments;
  return isVersion(first) && second === "" ? `${first}/${bare}` : segments.join("/") || bare;
}

/** What callers may repeat of the base. Where the host has a path of its own, `v1` is what an SDK added out of habit. */
function repeatedHeads(base: Base, official: string | null): string[][] {
  const ofBase = isVersion(splitPath(base.path).at(-1)) ? tailsOf(base.path) : [];
  return [...ofBase, ...tailsOf(official ?? ""), ...(official ? [["v1"]] : [])];
}

function rootOf(base: Base, official: string | null): string {
  if (official === null) return base.path.replace(/\/v\d+(?:alpha|beta)?\d*$/, "");
  return base.path.endsWith(official) ? base.path.slice(0, base.path.length - official.length) : base.path;
}

/** What stands before a resource that does not lie under the base; null when it does. Other versions lie beside it. */
function besideOf(spec: HostSpec, first: string | undefined): string | null {
  if (first === undefined) return null;
  return spec.beside?.get(first) ?? (spec.officialPath && isVersion(first) ? "" : null);
}

/** A call whose Host header names one of the provider's other official hosts goes to that one. */
function officialOrigin(spec: HostSpec, headers: Headers): string {
  const host = headers.get("host")?.toLowerCase().replace(/:\d+$/, "");
  return `https://${host !== undefined && spec.hosts.includes(host) ? host : spec.hosts[0]}`;
}

function dropDoubledVersion(segments: string[]): string[] {
  while (isVersion(segments[0]) && segments[1] === segments[0]) segments.shift();
  return segments;
}
