/** Whose key pays for a call at a provider (SPEC 5.1-5.3). Pure. */
import type { AgentName } from "../core/agent.ts";
import type { Located, Provider } from "../providers/provider.ts";
import type { Route } from "./route.ts";
import type { Setup } from "./setup.ts";

/** Who asks, and how. */
export interface Caller {
  readonly agent: AgentName;
  readonly form: Route["form"];
  /** The caller's own key, if it sent one. */
  readonly own: string | null;
}

export interface UpstreamKey {
  /** The stored key to inject, or null. */
  readonly key: string | null;
  /** Whether the caller's own key is passed on as it came. */
  readonly ownKey: boolean;
}

/**
 * Chooses the key of a call that goes to `at`. `provider` is a configured one or the own upstream of some of its lanes.
 * A stored key goes to that configured base and nowhere else; an agent's own one not to another base of its provider.
 */
export function chooseKey(provider: Provider, at: Located, caller: Caller, setup: Setup): UpstreamKey {
  const key = isAtBase(provider, at) ? chooseStored(provider, caller, setup) : null;
  return { key, ownKey: key === null && caller.own !== null };
}

/** The stored key that pays, or null when the caller's own does or none is stored. */
function chooseStored(provider: Provider, { agent, form, own }: Caller, setup: Setup): string | null {
  if ((form === "plain" || setup.ownKeyFirst) && own !== null) return null;
  const settings = setup.agent(agent);
  const isItsBase = setup.providers.find(provider.id)?.base === provider.base;
  const agentKey = settings.provider === provider.id && isItsBase ? settings.api_key : null;
  return agentKey ?? provider.apiKey;
}

/** Whether the call goes to the configured base: another official host of the provider never gets a stored key. */
function isAtBase({ base }: Provider, { url }: Located): boolean {
  return originOf(url) === originOf(base);
}

/** Scheme, host and port of a URL that has them. */
export function originOf(url: string): string {
  return url.slice(0, originEnd(url));
}

function originEnd(url: string): number {
  const slash = url.indexOf("/", url.indexOf("://") + 3);
  return slash < 0 ? url.length : slash;
}
