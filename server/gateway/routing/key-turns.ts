/** Several keys of one provider: calls take turns among those that do not rest (SPEC 12.5). */
import type { Instant } from "../../core/duration.ts";
import type { Destination } from "../destination.ts";
import type { KeyRest } from "../key-rest.ts";
import type { Setup } from "../setup.ts";
import { originOf } from "../upstream-key.ts";

export interface KeyTurns {
  /** The destination with the key whose turn it is. One that has no further keys stays as it is. */
  choose<Some extends Destination>(destination: Some, setup: Setup, now: Instant): Some;
}

/** Every provider begins with its first key. */
export function createKeyTurns(keyRest: Pick<KeyRest, "check">): KeyTurns {
  /** How many turns each provider has given; as many providers as the configuration has. */
  const turns = new Map<string, number>();

  return {
    choose(destination, { settings, providers }, now) {
      const { provider, key, located } = destination;
      const own = Object.hasOwn(settings.providers, provider.id)
        ? settings.providers[provider.id]
        : undefined;
      const isShared = key !== null && key === providers.find(provider.id)?.apiKey;
      if (!own || own.api_keys.length === 0 || !isShared) return destination;
      const keys = [...new Set([key, ...own.api_keys])];
      const turn = turns.get(provider.id) ?? 0;
      turns.set(provider.id, (turn + 1) % keys.length);
      const inTurn = keys.map((_, index) => keys[(turn + index) % keys.length] ?? key);
      const origin = originOf(located.url);
      const rests = inTurn.map((one) => keyRest.check(origin, one, now));
      const chosen = inTurn[rests.indexOf(Math.min(...rests))] ?? key;
      return { ...destination, key: chosen };
    },
  };
}
