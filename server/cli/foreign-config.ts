/**
 * The JSON configuration of AgentTrace and AgentGazer: `providers.<name>.{apiKey, rateLimit {maxRequests, windowSeconds}}`.
 * Pure. No key gets into what is made of it.
 */
import { stringify } from "yaml";
import { renderPath } from "../config/problem.ts";
import { apiKeyVariable } from "./variables.ts";

export interface ForeignConfig {
  readonly providers: ReadonlyMap<string, ImportedProvider>;
  /** The variables that take the keys' place, and where the keys stand. */
  readonly secrets: readonly { readonly variable: string; readonly path: string }[];
  /** What has no place here; `why` goes on after the path, and is empty when there is nothing to say. */
  readonly leftOut: readonly { readonly path: string; readonly why: string }[];
}

/** A provider as gateway.yaml says it. */
export interface ImportedProvider {
  readonly api_key?: string;
  readonly rate_limit?: { readonly max_requests: number; readonly window_seconds: number };
}

/** What can be taken over, or everything that is wrong with the text, as sentences. `known`: providers that have a base. */
export function readForeignConfig(
  text: string,
  known: readonly string[],
): ForeignConfig | { readonly problems: readonly string[] } {
  const config = parseObject(text);
  if (config === null) return { problems: ["This is no JSON object."] };
  const { providers: given = {}, ...others } = config;
  if (!isObject(given)) return { problems: ["providers must be an object."] };

  const problems: string[] = [];
  const providers = new Map<string, ImportedProvider>();
  const secrets: { variable: string; path: string }[] = [];
  const leftOut = Object.keys(others).map((key) => ({ path: renderPath([key]), why: "" }));
  for (const [name, provider] of Object.entries(given)) {
    const at = ["providers", name];
    if (!isObject(provider)) {
      problems.push(`${renderPath(at)} must be an object.`);
      continue;
    }
    const { apiKey, rateLimit, ...rest } = provider;
    const limit = rateLimit === undefined || rateLimit === null ? null : readRateLimit(rateLimit);
    if (typeof limit === "string") problems.push(`${renderPath([...at, "rateLimit"])} ${limit}`);
    if (apiKey !== undefined && apiKey !== null && typeof apiKey !== "string") {
      problems.push(`${renderPath([...at, "apiKey"])} must be text.`);
    }
    if (!known.includes(name)) {
      const why = ": Tollgate does not know it; give it a protocol and a base_url by hand";
      leftOut.push({ path: renderPath(at), why });
      continue;
    }
    leftOut.push(...Object.keys(rest).map((key) => ({ path: renderPath([...at, key]), why: "" })));
    const variable = typeof apiKey === "string" && apiKey !== "" ? apiKeyVariable(name) : null;
    if (variable !== null) secrets.push({ variable, path: renderPath([...at, "apiKey"]) });
    providers.set(name, {
      ...(variable === null ? {} : { api_key: `\${${variable}}` }),
      ...(limit === null || typeof limit === "string" ? {} : { rate_limit: limit }),
    });
  }
  return problems.length > 0 ? { problems } : { providers, secrets, leftOut };
}

/** The gateway.yaml, as text. */
export function renderImported({ providers }: ForeignConfig): string {
  const head = "# What else can be set here: `tollgate config schema`, docs/configuration.md.\n";
  return head + stringify(providers.size === 0 ? {} : { providers: Object.fromEntries(providers) });
}

/** The sliding window, or what is wrong with it. */
function readRateLimit(given: unknown): ImportedProvider["rate_limit"] | string {
  if (isObject(given)) {
    const { maxRequests, windowSeconds } = given;
    if (isCount(maxRequests) && isCount(windowSeconds)) {
      return { max_requests: maxRequests, window_seconds: windowSeconds };
    }
  }
  return "must have maxRequests and windowSeconds, whole numbers from 1.";
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 1;
}

function parseObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null; // JSON.parse tells what is no JSON by throwing
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
