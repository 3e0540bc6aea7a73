/** What a call costs: the configuration's own prices first, then the list. Unknown is null, never 0 (law 7). */
import { readFileSync } from "node:fs";
import type { Instant } from "../core/duration.ts";
import { matchesGlob } from "../core/glob.ts";
import type { NanoUsd } from "../core/money.ts";
import { type ChargeableUsage, clampUsage, costAt, roundCost } from "../core/price.ts";
import type { ModelPrice, PricingSettings } from "../core/settings.ts";
import type { Usage } from "../core/usage.ts";
import type { AnswerReading } from "../protocols/protocol.ts";
import { createPriceList, type ListedPrice } from "./price-list.ts";
import type { Provider } from "./provider.ts";

export interface Prices {
  /**
   * The cost of a call in whole nano-dollars, rounded once; null when the model, a pass's model or a billed unit has no
   * rate. `passes` and `units` are those of the answer's reading. A null provider has only the configuration's prices.
   */
  cost(
    provider: Provider | null,
    model: string | null,
    usage: Usage,
    passes: AnswerReading["passes"],
    units: AnswerReading["units"],
    at: Instant,
  ): NanoUsd | null;
}

/** Models that are remembered once found, or once not found: names come from outside. */
const MAX_REMEMBERED = 2000;
const MAX_NAME = 256;
const NO_UNITS: AnswerReading["units"] = {};
/** Units that say at which rate tokens are charged: a price of the configuration is that rate. */
const TIER = /_tier$/;

/** The prices of a configuration. Reads `pricing.file` once; an unreadable or unusable one throws. */
export function createPrices(
  pricing: PricingSettings,
  readFile: (path: string) => string = (path) => readFileSync(path, "utf8"),
): Prices {
  const list = createPriceList(pricing.file === null ? null : readFile(pricing.file));
  const own = Object.entries(pricing.models);
  const remembered = new Map<string, ListedPrice | null>();

  return {
    cost(provider, model, usage, passes, units, at) {
      let total = costOf(provider, model, usage, units, at);
      for (const pass of passes) {
        const part = costOf(provider, pass.model ?? model, pass.usage, NO_UNITS, at);
        total = total === null || part === null ? null : total + part;
      }
      return total === null ? null : roundCost(total);
    },
  };

  function costOf(
    provider: Provider | null,
    model: string | null,
    usage: Usage,
    units: AnswerReading["units"],
    at: Instant,
  ): number | null {
    if (model === null || model.length > MAX_NAME) return null;
    const chargeable = clampUsage(usage);
    const price = ownPrice(model);
    if (price) return ownCost(price, chargeable, units);
    return (provider && listedPrice(provider, model)?.(chargeable, units, at)) ?? null;
  }

  function ownPrice(model: string): ModelPrice | null {
    return own.find(([pattern]) => matchesGlob(pattern, model))?.[1] ?? null;
  }

  function listedPrice(provider: Provider, model: string): ListedPrice | null {
    const key = `${provider.id}\n${model}`;
    const known = remembered.get(key);
    if (known !== undefined) return known;
    const id = provider.hosts.length > 0 ? (provider.pricesAs ?? provider.id) : null;
    const found = list.find({ base: provider.base, id }, model);
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    remembered.set(key, found);
    return found;
  }
}

/** The configuration prices tokens; whatever else was used has no rate there. */
function ownCost(price: ModelPrice, usage: ChargeableUsage, units: AnswerReading["units"]): number | null {
  return Object.keys(units).every((unit) => TIER.test(unit)) ? costAt(price, usage) : null;
}
