/** What one configuration means for the data plane: made once when it is loaded, swapped whole when it changes. */
import type { AgentName } from "../core/agent.ts";
import type { Caps } from "../core/budget.ts";
import type { Settings } from "../core/settings.ts";
import { createProviders, type Providers } from "../providers/index.ts";
import { createPrices, type Prices } from "../providers/prices.ts";
import { compilePolicies, type Policy } from "./policies.ts";
import { type AgentTerms, createTerms, toCaps } from "./terms.ts";

export interface Setup {
  readonly settings: Settings;
  readonly providers: Providers;
  readonly prices: Prices;
  /** The rules, ready to be evaluated; the same array each time. */
  readonly policies: readonly Policy[];
  /** Caps on all agents together, and on each owner's. */
  readonly gatewayCaps: Caps;
  readonly ownerCaps: ReadonlyMap<string, Caps>;
  /** Whether a caller's own key pays on every route, and not on plain ones alone: so in a standalone proxy (SPEC 5.1). */
  readonly ownKeyFirst: boolean;
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
    policies: compile(settings.policies),
    gatewayCaps: toCaps(settings.gateway.budget),
    ownerCaps: new Map(Object.entries(settings.owners).map(([name, { budget }]) => [name, toCaps(budget)])),
    ownKeyFirst: false,
    agent: (name) => agents.get(name) ?? template,
    isNamed: (name) => name !== "*" && agents.has(name),
  };
}

function compile(policies: Settings["policies"]): readonly Policy[] {
  const compiled = compilePolicies(policies);
  if ("policies" in compiled) return compiled.policies;
  throw new Error(`policies.${compiled.problems[0]?.rule}: ${compiled.problems[0]?.message}`);
}
