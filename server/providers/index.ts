/** Every provider: those known by name and those that the configuration adds. */
import type {
  Priority,
  ProviderManner,
  ProviderModels,
  ProviderSettings,
  UpstreamSettings,
} from "../core/settings.ts";
import { anthropic } from "./anthropic.ts";
import { baichuan } from "./baichuan.ts";
import { cohere } from "./cohere.ts";
import { createCustom } from "./custom.ts";
import { deepseek } from "./deepseek.ts";
import { google } from "./google.ts";
import { withManner } from "./manner.ts";
import { minimax } from "./minimax.ts";
import { mistral } from "./mistral.ts";
import { withSizes } from "./model-sizes.ts";
import { moonshot } from "./moonshot.ts";
import { openai } from "./openai.ts";
import { checkBaseUrl } from "./paths.ts";
import type { Provider, ProviderRecord } from "./provider.ts";
import { zhipu } from "./zhipu.ts";

export interface Providers {
  find(id: string): Provider | null;
  /** The provider as it is where this lane has its own upstream; null: it has none (SPEC 12.6). The same object each time. */
  upstream(id: string, lane: Priority): Provider | null;
  /** The known provider that a Host header names (without its port, lower-case), or null. */
  byHost(host: string): Provider | null;
  /** The provider whose official path this is (with leading slash, without query), or null. */
  byPath(path: string, headers: Headers): Provider | null;
  /** The provider whose model this is by its name (SPEC 12.1), or null. */
  byModel(model: string): Provider | null;
  names(): string[];
}

/** In the order in which plain paths are claimed: the one with the broadest claim after those it overlaps. */
const RECORDS: readonly ProviderRecord[] = [
  anthropic,
  google,
  cohere,
  openai,
  mistral,
  deepseek,
  moonshot,
  zhipu,
  minimax,
  baichuan,
];

/** The ids of the providers that need no `protocol` and `base_url`. */
export const KNOWN_PROVIDERS: readonly string[] = RECORDS.map((record) => record.id);

/** The id of the provider whose model this is by its name, or null. */
export function ownerOfModel(model: string): string | null {
  return recordOf(model)?.id ?? null;
}

function recordOf(model: string): ProviderRecord | undefined {
  return RECORDS.find(({ models }) => models.test(model));
}

/** What a configuration says of one provider. */
interface Configured extends ProviderSettings, Partial<ProviderManner & ProviderModels> {
  readonly api_keys?: readonly string[];
  readonly upstreams?: readonly UpstreamSettings[];
}

const UNSET: ProviderSettings = { protocol: null, base_url: null, api_key: null };

/** What is wrong with a provider's settings, each as a sentence that follows its name; empty when nothing is. */
export function checkProvider(id: string, settings: ProviderSettings): string[] {
  const problems: string[] = [];
  const wrongBase = settings.base_url === null ? null : checkBaseUrl(settings.base_url);
  if (wrongBase !== null) problems.push(`base_url: ${wrongBase}`);
  if (KNOWN_PROVIDERS.includes(id)) return problems;
  if (settings.base_url === null)
    problems.push("base_url: it is needed for a provider that is not known by name");
  if (settings.protocol === null)
    problems.push("protocol: it is needed for a provider that is not known by name");
  return problems;
}

/** Makes all providers of a configuration. Settings in which `checkProvider` finds a problem are a defect here. */
export function createProviders(settings: Readonly<Record<string, Configured>>): Providers {
  const byId = new Map<string, Provider>();
  const set = new Map(Object.entries(settings));
  for (const { id } of RECORDS) byId.set(id, create(id, set.get(id) ?? UNSET));
  for (const [id, own] of set) if (!byId.has(id)) byId.set(id, create(id, own));
  const byLane = new Map([...set].map(([id, own]) => [id, createUpstreams(id, own)]));

  return {
    find: (id) => byId.get(id) ?? null,
    upstream: (id, lane) => byLane.get(id)?.get(lane) ?? null,
    byHost: (host) => pick(RECORDS.find((record) => record.hosts.includes(host))),
    byPath: (path, headers) => pick(RECORDS.find((record) => record.owns?.(path, headers))),
    byModel: (model) => pick(recordOf(model)),
    names: () => [...byId.keys()],
  };

  function pick(record: ProviderRecord | undefined): Provider | null {
    return record ? (byId.get(record.id) ?? null) : null;
  }
}

/** The same provider once more for every upstream that lanes have for themselves, by lane. */
function createUpstreams(id: string, { upstreams = [], ...own }: Configured): Map<Priority, Provider> {
  const byLane = new Map<Priority, Provider>();
  for (const { base_url, api_key, lanes } of upstreams) {
    const settings = { ...own, base_url: base_url ?? own.base_url, api_key: api_key ?? own.api_key };
    const provider = create(id, settings);
    for (const lane of lanes) byLane.set(lane, provider);
  }
  return byLane;
}

function create(id: string, { api_keys = [], models = {}, ...own }: Configured): Provider {
  const record = RECORDS.find((known) => known.id === id);
  // Whose keys are one list needs no further one beside it.
  const settings = { ...own, api_key: own.api_key ?? api_keys[0] ?? null };
  const provider = record ? record.create(settings) : createOwn(id, settings);
  return withSizes(withManner(provider, settings), models);
}

function createOwn(id: string, settings: ProviderSettings): Provider {
  const [problem] = checkProvider(id, settings);
  if (problem !== undefined || settings.protocol === null) throw new Error(`providers.${id}.${problem}`);
  return createCustom(id, settings.protocol, settings);
}
