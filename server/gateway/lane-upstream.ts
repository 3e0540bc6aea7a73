/** Where a call goes in its lane: a lane may have its own upstream, at another base or with another key (SPEC 12.6). Pure. */
import type { Priority, ProviderLimits, Settings, UpstreamSettings } from "../core/settings.ts";
import type { RequestLine } from "../providers/provider.ts";
import type { Destination } from "./destination.ts";
import type { Setup } from "./setup.ts";
import { type Caller, chooseKey } from "./upstream-key.ts";

export interface LaneDestination extends Destination {
  /** Whose slots the call takes. */
  readonly upstream: string;
}

/**
 * The destination of a call in its lane: `found` (as `findDestination` gave it under this setup), unless the lane has its
 * own upstream at that provider. Then the same provider there, with the key that pays there. A stranger's host has none,
 * even if a provider is called like it.
 */
export function enterLane(
  found: Destination,
  lane: Priority,
  request: RequestLine,
  caller: Caller,
  setup: Setup,
): LaneDestination {
  const { id, base } = found.provider;
  if (setup.providers.find(id) !== found.provider) return { ...found, upstream: base };
  const upstream = findUpstream(setup.settings.providers[id], lane);
  const provider = upstream && setup.providers.upstream(id, lane);
  if (!provider) return { ...found, upstream: id };
  const located = provider.locate(request);
  const { key, ownKey } = chooseKey(provider, located, caller, setup);
  return {
    provider,
    located,
    address: null,
    key,
    ownKey,
    isStranger: false,
    upstream: nameUpstream(id, upstream),
  };
}

/** Which of a provider's upstreams serves the lane; null: its own. */
function findUpstream(provider: ProviderLimits | undefined, lane: Priority): UpstreamSettings | null {
  return provider?.upstreams.find(({ lanes }) => lanes.includes(lane)) ?? null;
}

/** The slots of every upstream that has a limit: those of a lane's own are as many as the provider's, and its alone. */
export function slotsOf(providers: Settings["providers"]): ReadonlyMap<string, number> {
  const slots = new Map<string, number>();
  for (const [id, { max_concurrency: limit, upstreams }] of Object.entries(providers)) {
    if (limit === null) continue;
    for (const upstream of [null, ...upstreams]) slots.set(nameUpstream(id, upstream), limit);
  }
  return slots;
}

/** A provider's own upstream goes by its id, a lane's by its lanes, too: after a reload it is still the same. */
function nameUpstream(id: string, upstream: UpstreamSettings | null): string {
  return upstream === null ? id : `${id}/${[...upstream.lanes].sort().join("+")}`;
}
