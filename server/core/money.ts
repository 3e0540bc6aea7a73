/** Money: whole nano-dollars, exact as a JavaScript number up to nine million dollars. Unknown is `null`, never 0. */
export type NanoUsd = number;

export const NANO_PER_USD = 1_000_000_000;

/** More than any call costs: a larger amount comes of figures that are wrong, and is unknown. */
export const MAX_CALL_COST: NanoUsd = 100_000 * NANO_PER_USD;

/**
 * An amount before it is rounded: whole zepto-dollars (10^-21 USD). A token at a rate per million tokens of up to 15
 * decimals costs a whole number of them, so sums of such products are exact.
 */
export type ExactUsd = bigint;

const EXACT_DECIMALS = 21;
const EXACT_PER_NANO = 10n ** 12n;

/**
 * The decimal that a number of USD stands for: what a binary fraction adds beyond 15 digits is cut off. `usd` must be
 * finite.
 */
export function toExact(usd: number): ExactUsd {
  const [digits = "", exponent = ""] = usd.toExponential(14).split("e");
  const scaled = BigInt(digits.replace(".", ""));
  const power = Number(exponent) - 14 + EXACT_DECIMALS;
  return power < 0 ? scaled / 10n ** BigInt(-power) : scaled * 10n ** BigInt(power);
}

/** Whole nano-dollars, rounded half up: the one rounding of a settlement, of its total. */
export function toNano(amount: ExactUsd): NanoUsd {
  return Number((amount + EXACT_PER_NANO / 2n) / EXACT_PER_NANO);
}

/** Nano-dollars to USD as the number that API answers carry. */
export function toUsd(nano: NanoUsd): number {
  return nano / NANO_PER_USD;
}

/** Plain decimal USD without exponent or trailing zeros, for headers and text: `0.000125`, `12`. Exact. */
export function renderUsd(nano: NanoUsd): string {
  const sign = nano < 0 ? "-" : "";
  const digits = Math.abs(nano).toString().padStart(10, "0");
  const whole = digits.slice(0, -9);
  const fraction = digits.slice(-9).replace(/0+$/, "");
  return sign + whole + (fraction ? `.${fraction}` : "");
}
