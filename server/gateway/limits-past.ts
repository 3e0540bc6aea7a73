/** Rate limits after a restart (SPEC 8): made what they were, from when calls were let in. A restart grants nothing. */
import type { AgentName } from "../core/agent.ts";
import type { Instant, Millis } from "../core/duration.ts";
import type { RateLimit, Settings, SlidingLimit } from "../core/settings.ts";
import type { Index } from "../store/store.ts";
import type { Limits } from "./limits.ts";
import type { Setup } from "./setup.ts";
import type { AgentTerms } from "./terms.ts";

/**
 * Restores every limit that the setup has. Reads the index once, as far back as the longest limit looks and not at all
 * without one. `termsOf` gives an agent's settings under its trust.
 */
export function restoreLimits(
  limits: Limits,
  index: Pick<Index, "admissions">,
  { settings }: Setup,
  termsOf: (agent: AgentName) => AgentTerms,
  now: Instant,
): void {
  const span = lookBack(settings);
  if (span === 0) return;
  const since = now - span;
  const limitOf = (provider: string) => findLimit(settings, provider);
  limits.restore(index.admissions(since), since, termsOf, limitOf);
}

/** How far back limits look. */
function lookBack({ agents, providers }: Settings): Millis {
  const limits = Object.values(agents).flatMap(({ rate_limit, provider_rate_limits }) => [
    rate_limit ?? [],
    Object.values(provider_rate_limits),
  ]);
  const all = [...limits, ...Object.values(providers).map(({ rate_limit }) => rate_limit ?? [])].flat();
  return all.reduce((longest, limit) => Math.max(longest, spanOf(limit)), 0);
}

/** A bucket is rebuilt from an empty one: given its period twice, it is full again where it was. */
function spanOf(limit: RateLimit): Millis {
  return "per" in limit ? 2 * limit.per : limit.window_seconds * 1_000;
}

/** A provider's own limit; a host that only calls have named has none. */
function findLimit({ providers }: Settings, provider: string): SlidingLimit | null {
  return (Object.hasOwn(providers, provider) && providers[provider]?.rate_limit) || null;
}
