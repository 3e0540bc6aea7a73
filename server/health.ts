/** Whether the gateway can do its duty, and what about its settings deserves attention. Pure. */
import type { Settings } from "./core/settings.ts";
import type { Health } from "./management/context.ts";
import type { Store } from "./store/store.ts";

/** Sentences for the person: reasons of degradation, and warnings. */
export function findHealth(store: Store, settings: Settings, configWarnings: readonly string[]): Health {
  const degraded = store.journal.problem === null ? [] : [store.journal.problem];
  return { degraded, warnings: [...findExposure(settings), ...configWarnings] };
}

/** A listener that others can reach while any caller may name itself as it likes (SPEC 1.4). */
function findExposure({ gateway, dashboard, identity }: Settings): string[] {
  const open = [...new Set([gateway.host, dashboard.host])].filter((host) => !isLoopback(host));
  return open.map(
    (host) =>
      `Listening on ${host} while identity.mode is "${identity.mode}": whoever reaches this address can call under any agent's name.`,
  );
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127\./.test(host);
}
