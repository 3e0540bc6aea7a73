/** What a call costs: the configuration's own prices first, then the list. Unknown is null, never 0 (law 7). */
import { clampUsage } from "../core/chargeable.ts";
import type { Instant } from "../core/duration.ts";
import { matchesGlob } from "../core/glob.ts";
import { type ExactUsd, MAX_CALL_COST, type NanoUsd, toNano } from "../core/money.ts";
import { costAt, createFindDearest, createOwnCard } from "../core/price.ts";
import type { ModelPrice, Settings } from "../core/settings.ts";
import { UNKNOWN_USAGE, type Usage } from "../core/usage.ts";
import type { AnswerReading, Demand } from "../protocols/protocol.ts";
import { createCache } from "./cache.ts";
import { NO_RATES, type Price } from "./listed-price.ts";
import { sizeOf } from "./model-sizes.ts";
import { createPriceList } from "./price-list.ts";
import type { Provider } from "./provider.ts";

export interface Prices {
  /**
   * The cost of a call in whole nano-dollars, rounded once; null when no candidate, a pass's model or a billed unit has
   * a rate, and above `MAX_CALL_COST`. `models` are the names that the call may be charged by, the best first: an own price of the configuration
   * for any of them decides, else the first that the list can charge. `passes` and `units` are those of the answer's
   * reading; a pass that names no model is charged by the same candidates. A null provider has only own prices.
   */
  cost(
    provider: Provider | null,
    models: readonly (string | null)[],
    usage: Usage,
    passes: AnswerReading["passes"],
    units: AnswerReading["units"],
    at: Instant,
  ): NanoUsd | null;
  /**
   * The most that a call's tokens may cost, by the same candidates as `cost` takes: what a hold is made from (SPEC 7.2).
   * Null when tokens of input have no known rate, or something that the request asks for has none (SPEC 7.6).
   */
  foresee(
    provider: Provider,
    model: string | null,
    input: number,
    asked: Pick<Demand, "cacheWrite" | "surcharges">,
    at: Instant,
  ): Foresight | null;
  /** Tokens that a model has room for, as the configuration says, else the list; null when nobody says. */
  contextWindow(provider: Provider, model: string | null): number | null;
}

/** Nano-dollars per token, at the dearest rate; null where output has no rate. */
export interface Foresight {
  readonly text: number;
  readonly media: number;
  readonly output: number | null;
  /** Of answers that may be more than text. */
  readonly mediaOutput: number | null;
}

/** Prices that are kept once found, or once not found. */
const MOST_PRICES = 2_000;
const MAX_NAME = 256;
/** Stands for the model of a call that names none; the price under `*` matches it. */
const UNNAMED = "";
const NO_UNITS: AnswerReading["units"] = {};
const ONE_TOKEN = clampUsage({ ...UNKNOWN_USAGE, inputTokens: 1, outputTokens: 1 });
/** Units that say at which rate tokens are charged: a price of the configuration is that rate. */
const TIER = /_tier$/;

/** The prices of a configuration. `listText` is what stands in `pricing.file`; null: the bundled list serves. */
export function createPrices(pricing: Settings["pricing"], listText: string | null = null): Prices {
  const list = createPriceList(listText);
  const fallback = typeof pricing.unknown === "string" ? null : createOwnPrice(pricing.unknown);
  const own = Object.entries(pricing.models).map(([glob, price]) => ({ glob, price: createOwnPrice(price) }));
  const known = createCache<Price | null>(MOST_PRICES);

  return {
    cost(provider, models, usage, passes, units, at) {
      let total = costOf(provider, models, usage, units, at);
      for (const pass of passes) {
        const names = pass.model === null ? models : [pass.model];
        const part = costOf(provider, names, pass.usage, NO_UNITS, at);
        total = total === null || part === null ? null : total + part;
      }
      const nano = total === null ? null : toNano(total);
      return nano === null || nano > MAX_CALL_COST ? null : nano;
    },
    foresee(provider, model, input, asked, at) {
      const name = isName(model) ? model : null;
      const own = ownPrice(name ?? UNNAMED);
      const listed = name === null ? null : listedPrice(provider, name);
      const foreseen = foreseeBy(own ?? listed, input, asked, at);
      // What the list has no rate for is charged by the price for what is unknown.
      if (own || !fallback || (foreseen !== null && foreseen.output !== null)) return foreseen;
      return dearer(foreseen, foreseeBy(fallback, input, asked, at));
    },
    contextWindow(provider, model) {
      const said = sizeOf(provider, model)?.context ?? null;
      return said ?? (isName(model) ? listedPrice(provider, model)?.contextWindow : null) ?? null;
    },
  };

  function costOf(
    provider: Provider | null,
    models: readonly (string | null)[],
    usage: Usage,
    units: AnswerReading["units"],
    at: Instant,
  ): ExactUsd | null {
    const chargeable = clampUsage(usage);
    const names = models.filter(isName);
    for (const name of names.length === 0 ? [UNNAMED] : names) {
      const price = ownPrice(name);
      if (price) return price.cost(chargeable, units, at);
    }
    if (!provider) return null;
    for (const name of names) {
      const cost = listedPrice(provider, name)?.cost(chargeable, units, at) ?? null;
      if (cost !== null) return cost;
    }
    return fallback?.cost(chargeable, units, at) ?? null;
  }

  function ownPrice(model: string): Price | null {
    return own.find(({ glob }) => matchesGlob(glob, model))?.price ?? null;
  }

  function listedPrice(provider: Provider, model: string): Price | null {
    // Hosts that the configuration does not know may share an id and differ in their base.
    return known(`${provider.id}\n${provider.base}\n${model}`, () => {
      const id = provider.hosts.length > 0 ? (provider.pricesAs ?? provider.id) : null;
      return list.find({ base: provider.base, id }, model);
    });
  }
}

function foreseeBy(
  price: Price | null,
  input: number,
  { cacheWrite, surcharges }: Pick<Demand, "cacheWrite" | "surcharges">,
  at: Instant,
): Foresight | null {
  const dearest = price?.dearest(input, at) ?? NO_RATES;
  const text = dearest.text[cacheWrite];
  const media = dearest.media[cacheWrite];
  if (text === null || media === null) return null;
  const units = Object.fromEntries(surcharges.map((unit) => [unit, 1]));
  const isCharged = surcharges.length === 0 || price?.cost(ONE_TOKEN, units, at) !== null;
  return isCharged ? { text, media, output: dearest.output, mediaOutput: dearest.mediaOutput } : null;
}

function dearer(one: Foresight | null, other: Foresight | null): Foresight | null {
  if (!one || !other) return one ?? other;
  const { output, mediaOutput } = other;
  const text = Math.max(one.text, other.text);
  return { text, media: Math.max(one.media, other.media), output, mediaOutput };
}

function isName(model: string | null): model is string {
  return model !== null && model.length <= MAX_NAME;
}

/** The configuration prices tokens; whatever else was used has no rate there. */
function createOwnPrice(price: ModelPrice): Price {
  const card = createOwnCard(price);
  return {
    contextWindow: null,
    cost: (usage, units, at) =>
      Object.keys(units).every((unit) => TIER.test(unit)) ? costAt(card, usage, at) : null,
    dearest: createFindDearest(card),
  };
}
