/** Money: whole nano-dollars, exact as a JavaScript number up to nine million dollars. Unknown is `null`, never 0. */
export type NanoUsd = number;

export const NANO_PER_USD = 1_000_000_000;

/** USD to whole nano-dollars, rounded half up: the one rounding of a settlement. */
export function toNano(usd: number): NanoUsd {
  return Math.floor(usd * NANO_PER_USD + 0.5);
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
