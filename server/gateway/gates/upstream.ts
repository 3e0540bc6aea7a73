/** Gates about where a call goes: an upstream that is well, and a slot at it. */
import { type Refusal, refusal } from "../../core/refusal.ts";
import type { Arrival } from "../arrival.ts";
import type { BreakerTarget } from "../breakers.ts";
import type { Obstacle } from "../entrance.ts";

export function upstreamHealthy(arrival: Arrival): Refusal | null {
  const { controls, facts, now } = arrival;
  const wait = controls.breakers.check(breakerTarget(arrival), now);
  if (wait === 0) return null;
  return refusal(
    "breaker_open",
    `${facts.provider.id} has been failing and is given a rest. Please retry after ${Math.ceil(wait / 1000)} seconds.`,
    wait,
  );
}

export function slotFree({ controls, upstream, facts }: Arrival): Refusal | Obstacle | null {
  const { slots: host, lane } = upstream;
  const state = controls.lanes.check(host, lane);
  if (state === "free") return null;
  const provider = facts.provider.id;
  if (state === "full")
    return refusal(
      "queue_full",
      `Too many calls already wait for ${provider}. Try again in a moment.`,
      1_000,
    );
  const message = `No slot became free for a call of ${lane} priority to ${provider} in time. Try again in a moment.`;
  return { wait: "lane", host, lane, late: refusal("queue_timeout", message, 1_000) };
}

export function breakerTarget({ identity, facts, upstream, terms }: Arrival): BreakerTarget {
  return {
    agent: identity.name,
    provider: facts.provider.id,
    origin: upstream.origin,
    settings: terms.circuit_breaker,
  };
}
