/**
 * Settings that are understood but that nothing enforces yet. A limit that is written down and not kept is worse than
 * none, so a file that sets one is refused. What becomes enforced leaves these lists.
 */
import type { Settings } from "../core/settings.ts";

const TOP = ["owners", "policies", "trust", "loops", "routes"] as const;
const GATEWAY = ["budget"] as const;
const PROVIDER = ["max_concurrency", "upstreams"] as const;
const AGENT = ["model", "priority", "budget", "quota", "circuit_breaker", "trust", "loops"] as const;

/**
 * The paths of the settings that differ from what a file says that does not name them. `silent` are the settings of such
 * a file, with an agent and a provider under any name.
 */
export function findUnenforced(settings: Settings, silent: Settings): string[] {
  const paths: string[] = [];
  const compare = <T extends object>(
    path: string,
    keys: readonly (keyof T & string)[],
    given: T,
    unset: T,
  ): void => {
    for (const key of keys) {
      if (JSON.stringify(given[key]) !== JSON.stringify(unset[key])) paths.push(path + key);
    }
  };
  compare("", TOP, settings, silent);
  compare("gateway.", GATEWAY, settings.gateway, silent.gateway);
  if (settings.identity.mode === "keys") paths.push("identity.mode");
  if (JSON.stringify(settings.pricing.unknown) !== JSON.stringify(silent.pricing.unknown))
    paths.push("pricing.unknown");

  const [silentProvider] = Object.values(silent.providers);
  for (const [name, provider] of Object.entries(settings.providers)) {
    if (silentProvider) compare(`providers.${name}.`, PROVIDER, provider, silentProvider);
  }
  const silentAgent = Object.entries(silent.agents).find(([name]) => name !== "*")?.[1];
  compare("agents.*.", AGENT, settings.agents["*"], silent.agents["*"]);
  for (const [name, agent] of Object.entries(settings.agents)) {
    if (name !== "*" && silentAgent) compare(`agents.${name}.`, AGENT, agent, silentAgent);
  }
  return paths;
}
