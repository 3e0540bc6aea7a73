/** Hosts that speak Gemini's native format and, beside it, OpenAI's under `/openai`. */
import type { ProviderSettings } from "../core/settings.ts";
import type { Quirks } from "../protocols/protocol.ts";
import { authorizeBearer } from "./auth.ts";
import { classify, passing } from "./operations.ts";
import { type Base, decodePath, isVersion, parseBase, splitPath } from "./paths.ts";
import type { Located, MaxOutput, Operation, Overhead, Provider, RequestLine } from "./provider.ts";

export interface GeminiSpec {
  readonly id: string;
  readonly hosts: readonly string[];
  readonly quirks: Quirks;
  readonly overhead: Overhead;
  readonly maxOutput: MaxOutput;
}

/** The version whose paths are official; the OpenAI-compatible resources lie under `/openai` of it. */
const VERSION = "v1beta";
const BARE = "chat/completions";

/** Resources that only the OpenAI-compatible endpoint has, and those that both have. */
const COMPATIBLE = /^(?:chat|completions|embeddings|responses|images|audio|videos)(?:\/|$)/;
const SHARED = /^(?:models|files|batches)(?:\/[^:]*)?$/;
/** Uploads and downloads name their version after themselves. */
const AT_ROOT = new Set(["upload", "download"]);
const ACTION_NAME = /^[A-Za-z]+$/;

/** Makes the provider of a Gemini host. `base_url` must have passed `checkBaseUrl`. */
export function createGeminiHost(spec: GeminiSpec, settings: ProviderSettings): Provider {
  const root = resolveRoot(spec, settings.base_url);
  return {
    id: spec.id,
    speaks: "gemini",
    serves: new Map([["gemini", `${VERSION}/models/{model}:{action}`]]),
    hosts: spec.hosts,
    quirks: spec.quirks,
    streamUsage: "ask",
    overhead: spec.overhead,
    maxOutput: spec.maxOutput,
    base: root.origin + root.path,
    apiKey: settings.api_key,
    locate: (request) => locate(root, request),
    authorize: (headers, key, located) => {
      if (located.operation.dialect === "gemini") headers.set("x-goog-api-key", key);
      else authorizeBearer(headers, key);
    },
  };
}

/** The host's root, below which the version stands: of `https://host/v1beta/openai`, `https://host`. */
function resolveRoot(spec: GeminiSpec, baseUrl: string | null): Base {
  if (baseUrl === null) return { origin: `https://${spec.hosts[0]}`, path: "" };
  const base = parseBase(baseUrl);
  return {
    origin: base.origin,
    path: base.path.replace(/\/openai$/, "").replace(/\/v\d+(?:alpha|beta)?\d*$/, ""),
  };
}

function locate(root: Base, { method, rest, query, headers }: RequestLine): Located {
  const segments = splitPath(rest);
  let version: string | null = null;
  let isCompatible = false;
  while (isVersion(segments[0]) || segments[0] === "openai") {
    if (segments[0] === "openai") isCompatible = true;
    else version = segments[0];
    segments.shift();
  }
  const resource = segments.join("/");
  isCompatible ||= resource === "" || COMPATIBLE.test(resource);
  isCompatible ||= SHARED.test(resource) && !isPreview(version) && hasBearerOnly(headers, query);

  const prefix = isCompatible
    ? `/${VERSION}/openai`
    : AT_ROOT.has(segments[0] ?? "")
      ? ""
      : `/${version ?? VERSION}`;
  const path = `${root.path}${prefix}/${resource || BARE}`;
  const operation = isCompatible
    ? classify(method, path, "openai-chat")
    : classifyNative(method, resource, query);
  return { url: root.origin + path + query, path, operation };
}

/** Only native clients write a preview version; a plain `v1` may be what an OpenAI client added. */
function isPreview(version: string | null): boolean {
  return version !== null && version !== "v1";
}

function hasBearerOnly(headers: Headers, query: string): boolean {
  if (headers.has("x-goog-api-key") || /[?&]key=/.test(query)) return false;
  return headers.has("authorization");
}

function classifyNative(method: string, escaped: string, query: string): Operation {
  const resource = decodePath(escaped);
  if (method === "POST" && resource === "interactions") {
    return { ...passing("interactions", "gemini"), kind: "generate", requestBody: "json" };
  }
  const { model, action } = cutAction(resource);
  if (method !== "POST" || model === null) {
    return passing(/^(models|files|batches)(?=\/|$)/.exec(resource)?.[1] ?? "other", "gemini");
  }
  const framing = /[?&]alt=sse(?:&|$)/.test(query) ? "sse" : "json-array";
  const named = {
    ...passing("other", "gemini", framing),
    requestBody: "json" as const,
    model,
  };
  switch (action) {
    case "generateContent":
      return { ...named, name: "generate_content", kind: "generate", stream: false };
    case "streamGenerateContent":
      return { ...named, name: "generate_content", kind: "generate", stream: true };
    case "embedContent":
    case "batchEmbedContents":
      return { ...named, name: "embeddings", kind: "meter", stream: false };
    case "predict":
    case "predictLongRunning":
      return { ...named, name: "predict", kind: "meter", stream: false };
    default:
      return { ...named, name: action === "countTokens" ? "count_tokens" : "other", requestBody: "any" };
  }
}

/** `models/gemini-x:generateContent`, decoded (some clients escape the colon), in linear time: paths are hostile. */
function cutAction(resource: string): { model: string | null; action: string } {
  const colon = resource.lastIndexOf(":");
  const action = resource.slice(colon + 1);
  const named = colon < 0 || !ACTION_NAME.test(action) ? "" : resource.slice(0, colon);
  const models = named.startsWith("models/") ? 0 : named.indexOf("/models/") + 1;
  const isOfModels = named.startsWith("models/", models);
  const model = isOfModels ? named.slice(models + "models/".length) : named.slice(named.lastIndexOf("/") + 1);
  return { model: model === "" ? null : model, action };
}
