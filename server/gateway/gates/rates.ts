/** The gate of rates: those that the agent is given, and those of the key that pays. */
import { type Refusal, refusal } from "../../core/refusal.ts";
import type { Arrival } from "../arrival.ts";
import type { Limited } from "../limits.ts";
import { settingsOf } from "./access.ts";

export function withinRates(arrival: Arrival): Refusal | null {
  const { identity, facts, controls, now, upstream } = arrival;
  const provider = facts.provider.id;
  const wait = controls.limits.check(limitedBy(arrival), now);
  if (wait > 0) {
    const seconds = Math.ceil(wait / 1000);
    return refusal(
      "rate_limited",
      `Rate limit exceeded for agent "${identity.name}" on ${provider}. Please retry after ${seconds} seconds.`,
      wait,
    );
  }
  const rest = controls.keyRest.check(upstream.origin, upstream.key, now);
  if (rest === 0) return null;
  const message = `${provider} has limited the rate of this key. Please retry after ${Math.ceil(rest / 1000)} seconds.`;
  return refusal("rate_limited", message, rest);
}

export function limitedBy({ identity, setup, facts, terms, isAgain }: Arrival): Limited {
  return {
    agent: identity.name,
    // Buckets count calls, windows what goes to a provider.
    terms: isAgain ? { ...terms, buckets: [] } : terms,
    provider: facts.provider.id,
    providerLimit: settingsOf(setup, facts.provider.id)?.rate_limit ?? null,
  };
}
