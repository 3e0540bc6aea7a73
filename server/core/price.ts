/** Rate cards: what a model charges for tokens, and the arithmetic of it. Exact and pure. */
import { type ChargeableUsage, PART_NAMES, PARTS, type Part } from "./chargeable.ts";
import type { Instant, Millis } from "./duration.ts";
import { type ExactUsd, toExact } from "./money.ts";
import type { ModelPrice } from "./settings.ts";

/** What a model charges, by time: of the editions valid at an instant the last counts, the first where none is. */
export type RateCard = readonly [Edition, ...Edition[]];

export interface Edition {
  readonly validity: Validity;
  readonly base: Rates;
  /** Rates of large prompts, by ascending `above`. */
  readonly tiers: readonly Tier[];
}

export type Validity =
  | { readonly kind: "always" }
  | { readonly kind: "since"; readonly from: Instant }
  /** Each day from one time to before another, both since midnight UTC; over midnight where `until` is the earlier. */
  | { readonly kind: "daily"; readonly from: Millis; readonly until: Millis };

/** The rates of all tokens of a call whose input exceeds `above`. */
export interface Tier {
  readonly above: number;
  readonly rates: Rates;
}

/** Per token; null where the rate is not known. */
export type Rates = Readonly<Record<Part, ExactUsd | null>>;

const DAY: Millis = 86_400_000;

/** What tokens cost at an instant, not yet rounded; null when some of them have no rate. */
export function costAt(card: RateCard, usage: ChargeableUsage, at: Instant): ExactUsd | null {
  const edition = card.findLast(({ validity }) => isValid(validity, at)) ?? card[0];
  const rates = edition.tiers.findLast(({ above }) => usage.input > above)?.rates ?? edition.base;
  let total: ExactUsd = 0n;
  for (const part of PART_NAMES) {
    const tokens = usage.parts[part];
    if (tokens === 0) continue;
    const rate = rates[part];
    if (rate === null) return null;
    total += BigInt(tokens) * rate;
  }
  return total;
}

/** For how long the input of a call may be written to a cache: writing costs more, for an hour the most. */
export type CacheWrite = "none" | "short" | "hour";

/** Nano-dollars per token at the dearest rate that a call may be charged. Null where there is none. */
export interface DearestRates {
  /** Text, by what is written of it to a cache. */
  readonly text: Readonly<Record<CacheWrite, number | null>>;
  /** Images, sound, film and text. */
  readonly media: Readonly<Record<CacheWrite, number | null>>;
  /** Text and reasoning. */
  readonly output: number | null;
  /** Images, sound, film, text and reasoning. */
  readonly mediaOutput: number | null;
}

const WRITES = {
  none: [],
  short: ["cacheWrite"],
  hour: ["cacheWrite", "cacheWrite1h"],
} as const satisfies Record<CacheWrite, readonly Part[]>;
const TEXT: readonly Part[] = ["input"];
const MEDIA: readonly Part[] = ["input", "inputAudio", "inputImage", "inputVideo"];
const OUTPUT: readonly Part[] = ["output", "reasoning"];
const MEDIA_OUTPUT: readonly Part[] = [...OUTPUT, "outputAudio", "outputImage", "outputVideo"];
const ZEPTO_PER_NANO = 1e12;

/** The dearest rates of a card, for an input of up to so many tokens. */
export type FindDearest = (input: number, at: Instant) => DearestRates;

/** An edition begins on a whole second at the earliest; what was found for one second holds throughout it. */
const SECOND: Millis = 1_000;

/**
 * Finds the dearest rates of a card. Rates that hold for some hours of the day all count: a call may settle in another
 * one than it began in. Remembers what was found last.
 */
export function createFindDearest(card: RateCard): FindDearest {
  const starts = card.flatMap(({ tiers }) => tiers.map(({ above }) => above));
  let known: { readonly second: number; readonly tiers: number; readonly rates: DearestRates } | null = null;
  return (input, at) => {
    const second = Math.floor(at / SECOND);
    const tiers = starts.length === 0 ? 0 : starts.filter((above) => input > above).length;
    if (known?.second === second && known.tiers === tiers) return known.rates;
    const rates = findDearest(card, input, at);
    known = { second, tiers, rates };
    return rates;
  };
}

function findDearest(card: RateCard, input: number, at: Instant): DearestRates {
  const current = card.findLast(({ validity }) => isValid(validity, at)) ?? card[0];
  const editions = card.filter((edition) => edition === current || edition.validity.kind === "daily");
  const all = editions.flatMap(({ base, tiers }) => [
    base,
    ...tiers.filter(({ above }) => input > above).map(({ rates }) => rates),
  ]);
  return {
    text: dearestByWrite(all, TEXT),
    media: dearestByWrite(all, MEDIA),
    output: dearestOf(all, OUTPUT),
    mediaOutput: dearestOf(all, MEDIA_OUTPUT),
  };
}

function dearestByWrite(all: readonly Rates[], parts: readonly Part[]): DearestRates["text"] {
  const withWrites = (write: CacheWrite) => dearestOf(all, [...parts, ...WRITES[write]]);
  return { none: withWrites("none"), short: withWrites("short"), hour: withWrites("hour") };
}

function dearestOf(all: readonly Rates[], parts: readonly Part[]): number | null {
  let dearest: ExactUsd | null = null;
  for (const rates of all) {
    for (const part of parts) {
      const rate = rates[part];
      if (rate !== null && (dearest === null || rate > dearest)) dearest = rate;
    }
  }
  return dearest === null ? null : Number(dearest) / ZEPTO_PER_NANO;
}

/** The rate card of a price of the configuration. */
export function createOwnCard(price: ModelPrice): RateCard {
  const base = createRates((part) => price[PARTS[part]] ?? price.input);
  return [{ validity: { kind: "always" }, base, tiers: [] }];
}

/** Rates from what a million tokens of each part cost in USD; to 15 decimals. */
export function createRates(perMillion: (part: Part) => number | null): Rates {
  const rateOf = (part: Part) => {
    const usd = perMillion(part);
    return usd === null ? null : toExact(usd) / 1_000_000n;
  };
  return Object.fromEntries(PART_NAMES.map((part) => [part, rateOf(part)])) as Rates;
}

function isValid(validity: Validity, at: Instant): boolean {
  switch (validity.kind) {
    case "always":
      return true;
    case "since":
      return at >= validity.from;
    case "daily": {
      const { from, until } = validity;
      const time = at % DAY;
      return until < from ? time >= from || time < until : time >= from && time < until;
    }
  }
}
