/** What one configuration means for the data plane: made once when it is loaded, swapped whole when it changes. */
import type { AgentName } from "../core/agent.ts";
import type { AgentSettings, Settings } from "../core/settings.ts";
import { createProviders, type Providers } from "../providers/index.ts";
import { createPrices, type Prices } from "../providers/prices.ts";

export interface Setup {
  readonly settings: Settings;
  readonly providers: Providers;
  readonly prices: Prices;
  /** The settings of an agent: its own over the template's. */
  agent(name: AgentName): AgentSettings;
  /** Whether the operator named this agent. */
  isNamed(name: AgentName): boolean;
}

const NOTHING: AgentSettings = { api_key: null, provider: null, owner: null, purpose: null, tags: [] };

/** Builds the setup of validated settings; `priceList` is the text of `pricing.file`, null the bundled list. */
export function createSetup(settings: Settings, priceList: string | null = null): Setup {
  const template = settings.agents["*"] ?? NOTHING;
  const agents = new Map(
    Object.entries(settings.agents).map(([name, own]) => [name, overTemplate(own, template)] as const),
  );
  return {
    settings,
    providers: createProviders(settings.providers),
    prices: createPrices(settings.pricing, priceList),
    agent: (name) => agents.get(name) ?? template,
    isNamed: (name) => name !== "*" && agents.has(name),
  };
}

function overTemplate(own: AgentSettings, template: AgentSettings): AgentSettings {
  return {
    api_key: own.api_key ?? template.api_key,
    provider: own.provider ?? template.provider,
    owner: own.owner ?? template.owner,
    purpose: own.purpose ?? template.purpose,
    tags: own.tags.length > 0 ? own.tags : template.tags,
  };
}
