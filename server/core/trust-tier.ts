/**
 * Tiers of trust: what a score amounts to, and what a tier is worth (SPEC 11). Pure. Tiers touch rate, quota and lane,
 * never money, provider limits or request caps.
 */

/** Least trusted first. */
export const TIERS = ["quarantined", "restricted", "baseline", "trusted", "privileged"] as const;

export type Tier = (typeof TIERS)[number];

/** Points by which a score must come back towards the middle before it leaves the tier that it went out to. */
export const HYSTERESIS = 3;

/** Scores at which an agent leaves the middle: below these it falls, from those on it rises. */
export const TIER_SCORES = { quarantined: 20, restricted: 40, trusted: 70, privileged: 90 } as const;

/**
 * Between a tier and the next one: below `down` the upper falls into the lower, from `up` on the lower may rise. In the
 * order of TIERS, one shorter.
 */
const BOUNDARIES: readonly { readonly down: number; readonly up: number }[] = [
  { down: TIER_SCORES.quarantined, up: TIER_SCORES.quarantined + HYSTERESIS },
  { down: TIER_SCORES.restricted, up: TIER_SCORES.restricted + HYSTERESIS },
  { down: TIER_SCORES.trusted - HYSTERESIS, up: TIER_SCORES.trusted },
  { down: TIER_SCORES.privileged - HYSTERESIS, up: TIER_SCORES.privileged },
];

/** The tier into which a score lets an agent fall, as many as it takes; its own when it may stay. */
export function fall(tier: Tier, score: number, quarantine: boolean): Tier {
  const lowest = quarantine ? 0 : 1;
  let rank = TIERS.indexOf(tier);
  while (rank > lowest && score < (BOUNDARIES[rank - 1]?.down ?? 0)) rank--;
  return TIERS[rank] ?? tier;
}

/** The next tier up where the score is enough for it; its own when it is not. Never more than one step. */
export function rise(tier: Tier, score: number): Tier {
  const rank = TIERS.indexOf(tier);
  const boundary = BOUNDARIES[rank];
  return boundary && score >= boundary.up ? (TIERS[rank + 1] ?? tier) : tier;
}

const FACTORS: Readonly<Record<Tier, number>> = {
  quarantined: 0.5,
  restricted: 0.5,
  baseline: 1,
  trusted: 1.5,
  privileged: 2,
};

/**
 * What rate and quota are multiplied with. Above 1 only where the operator allows it (`trust.raise`) and a gateway key
 * proves the agent: anybody can borrow a name, nobody shall gain by it (SPEC 4.6).
 */
export function limitFactor(tier: Tier, raise: boolean, hasKey: boolean): number {
  const factor = FACTORS[tier];
  return factor > 1 && !(raise && hasKey) ? 1 : factor;
}

/** The lane that a tier gives where nothing configured decides. The high one needs a gateway key (SPEC 4.6). */
export function tierLane(tier: Tier, hasKey: boolean): "high" | "normal" | "low" {
  if (tier === "restricted" || tier === "quarantined") return "low";
  return tier === "privileged" && hasKey ? "high" : "normal";
}
