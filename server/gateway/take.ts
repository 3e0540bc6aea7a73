/** What a call takes, in the turn in which no gate said no (SPEC 6.2). Its one ending gives it back. */
import { afford, type Grant } from "./afford.ts";
import type { Arrival } from "./arrival.ts";
import type { Taken } from "./call.ts";
import { limitedBy } from "./gates/rates.ts";
import { breakerTarget } from "./gates/upstream.ts";
import { takeThrottles } from "./policy-throttles.ts";

/** With which ceiling the budgets let the call in; in the turn in which `admit` found nothing against it. */
export function grantOf({ stakes, facts, canLower }: Arrival): Grant | null {
  if (facts.plan === null) return null;
  const afforded = afford(stakes, facts.plan, canLower);
  return afforded.kind === "granted" ? afforded.grant : null;
}

/**
 * Takes a call's part of everything but its hold: in the same turn, once nothing can refuse it any more. True in
 * `isLoop`: with this call the agent repeats itself.
 */
export function take(
  arrival: Arrival,
): Omit<Taken, "hold" | "clamped" | "earlier"> & { readonly isLoop: boolean } {
  const { controls, upstream, now, identity, fingerprint, terms, policies, isAgain } = arrival;
  controls.limits.take(limitedBy(arrival), now);
  if (!isAgain) takeThrottles(policies.throttles, now);
  const isLoop = !isAgain && controls.loops.take(identity.name, fingerprint, terms.loops);
  const crossing = controls.breakers.take(breakerTarget(arrival), now);
  const releaseSlot = controls.lanes.take(upstream.slots, upstream.lane);
  return { admitted: now, crossing, releaseSlot, isLoop };
}
