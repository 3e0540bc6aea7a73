/** What one configuration means for the data plane: made once when it is loaded, swapped whole when it changes. */
import type { AgentName } from "../core/agent.ts";
import type { Settings } from "../core/settings.ts";
import { createProviders, type Providers } from "../providers/index.ts";
import { createPrices, type Prices } from "../providers/prices.ts";
import { type AgentTerms, createTerms } from "./terms.ts";

export interface Setup {
  readonly settings: Settings;
  readonly providers: Providers;
  readonly prices: Prices;
  /** What holds for an agent: its own settings over the template's. The same object each time. */
  agent(name: AgentName): AgentTerms;
  /** Whether the operator named this agent. */
  isNamed(name: AgentName): boolean;
}

/** Builds the setup of validated settings; `priceList` is the text of `pricing.file`, null the bundled list. */
export function createSetup(settings: Settings, priceList: string | null = null): Setup {
  const template = createTerms(settings.agents["*"], settings);
  const agents = new Map(
    Object.entries(settings.agents).map(([name, own]) => [name, createTerms(own, settings)] as const),
  );
  return {
    settings,
    providers: createProviders(settings.providers),
    prices: createPrices(settings.pricing, priceList),
    agent: (name) => agents.get(name) ?? template,
    isNamed: (name) => name !== "*" && agents.has(name),
  };
}
