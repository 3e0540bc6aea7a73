/** What makes a request cost other than its tokens at the usual rates: service tiers, speed, a region, searches. */
import type { Json } from "./json.ts";
import type { Demand } from "./protocol.ts";
import { regionUnit, SEARCH_TIER, tierUnit } from "./reading.ts";

/**
 * The units that a request names as it asks for more than the standard: the same names that answers report them by.
 * A member of another type than text names none: hosts refuse it.
 */
export function surchargesOf(request: Json): Demand["surcharges"] {
  const units = [
    tierUnit(request.service_tier),
    tierUnit(request.serviceTier),
    tierUnit(request.speed),
    regionUnit(request.inference_geo),
  ];
  const named = units.filter((unit) => unit !== null);
  return named.length === 0 ? NONE : named;
}

const NONE: Demand["surcharges"] = [];

/** Whether no answer reports the unit: it is charged because it was asked for. */
export function isUnreported(unit: string): boolean {
  return unit === SEARCH_TIER;
}
