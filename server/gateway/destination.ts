/** Where a routed call goes, and with whose key (SPEC 3.3, 5.1-5.3). */
import type { Refusal } from "../core/refusal.ts";
import { createCustom, USUAL_SPEECH } from "../providers/custom.ts";
import type { Located, Provider, RequestLine } from "../providers/provider.ts";
import type { Route } from "./route.ts";
import type { Setup } from "./setup.ts";
import { checkTarget, type Resolve } from "./target-url.ts";
import { type Caller, chooseKey } from "./upstream-key.ts";

export interface Destination {
  readonly provider: Provider;
  readonly located: Located;
  /** The checked address that the connection is pinned to, for a stranger's host; else null. */
  readonly address: string | null;
  /** The stored key to inject, or null. */
  readonly key: string | null;
  /** Whether the caller's own key is passed on as it came. */
  readonly ownKey: boolean;
  /** Whether only `x-target-url` names the host: what it says of usage and price, nobody vouches for. */
  readonly isStranger: boolean;
}

/** Whether something of the operator's goes along, in which a page of another site has no part. */
export function bearsSecret({ key, provider }: Pick<Destination, "key" | "provider">): boolean {
  return key !== null || Object.keys(provider.headers ?? {}).length > 0;
}

/**
 * Resolves `x-target-url` on plain routes, and chooses the key. `located` is the place at the route's own provider.
 */
export function findDestination(
  route: Route,
  located: Located | null,
  request: RequestLine,
  caller: Caller,
  setup: Setup,
  resolve: Resolve,
): Destination | Promise<Destination | Refusal> {
  const target = route.form === "plain" ? request.headers.get("x-target-url") : null;
  if (target !== null) return followTarget(target);
  if (!route.provider || !located) throw new Error("a route without a provider has no target URL");
  return leadTo(route.provider, located);

  async function followTarget(header: string): Promise<Destination | Refusal> {
    const { gateway, identity } = setup.settings;
    // Where agents prove who they are, where they may call is the operator's choice as well (SPEC 16.4).
    const rules = { allowed: gateway.allow_target_hosts, onlyAllowed: identity.mode === "keys" };
    const checked = await checkTarget(header, rules, resolve);
    if ("reason" in checked) return checked;
    const { base, address } = checked;
    const provider = findByOrigin(setup, base.origin, route.provider);
    if (!provider) {
      const stranger = createStranger(base, route, setup);
      return {
        provider: stranger,
        located: stranger.locate(request),
        address,
        key: null,
        ownKey: caller.own !== null,
        isStranger: true,
      };
    }
    return leadTo(provider, provider.locate(request));
  }

  function leadTo(provider: Provider, at: Located): Destination {
    return {
      provider,
      located: at,
      address: null,
      isStranger: false,
      ...chooseKey(provider, at, caller, setup),
    };
  }
}

/** The configured provider at this very origin: only there may its key go. Of several, the one that the path is for. */
function findByOrigin(setup: Setup, origin: string, preferred: Provider | null): Provider | null {
  const providers = [preferred, ...setup.providers.names().map((id) => setup.providers.find(id))];
  return providers.find((provider) => provider && new URL(provider.base).origin === origin) ?? null;
}

/** A host that only `x-target-url` names. It speaks what the path says; it never gets a stored key. */
function createStranger(base: URL, route: Route, setup: Setup): Provider {
  const speaks = (setup.providers.byHost(base.hostname) ?? route.provider)?.speaks ?? USUAL_SPEECH;
  return createCustom(base.host, speaks, { protocol: speaks, base_url: base.href, api_key: null });
}
