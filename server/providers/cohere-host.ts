/** Hosts that speak Cohere's formats, whose version is chosen per resource, and OpenAI's under `/compatibility/v1`. */
import type { ProviderSettings } from "../core/settings.ts";
import type { HostTakes } from "../protocols/translation/takes.ts";
import { authorizeBearer } from "./auth.ts";
import { classify } from "./operations.ts";
import { type Base, isVersion, parseBase, splitPath } from "./paths.ts";
import type { Located, MaxOutput, Overhead, Provider, RequestLine } from "./provider.ts";

export interface CohereSpec {
  readonly id: string;
  readonly hosts: readonly string[];
  readonly overhead: Overhead;
  readonly maxOutput: MaxOutput;
  readonly takes?: HostTakes;
}

const BARE = "chat";
/** Resources that exist in the second version; callers that name no version mean it. The others are of the first. */
const SECOND = /^(?:chat|embed|rerank|audio\/transcriptions)$/;
/** Resources that only the OpenAI-compatible endpoint has. */
const COMPATIBLE = /^(?:chat\/completions|embeddings|completions)(?:\/|$)/;

/** Makes the provider of a Cohere host. `base_url` must have passed `checkBaseUrl`. */
export function createCohereHost(spec: CohereSpec, settings: ProviderSettings): Provider {
  const root = resolveRoot(spec, settings.base_url);
  return {
    id: spec.id,
    speaks: "cohere",
    serves: new Map([
      ["openai-chat", "compatibility/v1/chat/completions"],
      ["cohere-chat", "v2/chat"],
    ]),
    hosts: spec.hosts,
    quirks: {},
    takes: spec.takes,
    streamUsage: "ask",
    overhead: spec.overhead,
    maxOutput: spec.maxOutput,
    base: root.origin + root.path,
    apiKey: settings.api_key,
    locate: (request) => locate(root, request),
    authorize: authorizeBearer,
  };
}

/** The host's root, below which the version stands: SDKs are given it with and without. */
function resolveRoot(spec: CohereSpec, baseUrl: string | null): Base {
  if (baseUrl === null) return { origin: `https://${spec.hosts[0]}`, path: "" };
  const base = parseBase(baseUrl);
  return { origin: base.origin, path: base.path.replace(/(?:\/compatibility)?\/v\d+$/, "") };
}

function locate(root: Base, { method, rest, query }: RequestLine): Located {
  const segments = splitPath(rest);
  let version: string | null = null;
  let isCompatible = false;
  while (isVersion(segments[0]) || segments[0] === "compatibility") {
    if (segments[0] === "compatibility") isCompatible = true;
    else version = segments[0];
    segments.shift();
  }
  const resource = segments.join("/");
  isCompatible ||= COMPATIBLE.test(resource);

  const prefix = isCompatible
    ? "compatibility/v1"
    : (version ?? (SECOND.test(resource || BARE) ? "v2" : "v1"));
  const path = `${root.path}/${prefix}/${resource || (isCompatible ? "chat/completions" : BARE)}`;
  return {
    url: root.origin + path + query,
    path,
    operation: classify(method, path, isCompatible ? "openai-chat" : "cohere-chat"),
  };
}
