/** What is passed on of a provider's error. Bounded: it comes from outside. */
import { textOf } from "../json.ts";
import type { NeutralError } from "./form.ts";

const LONGEST_MESSAGE = 2_000;
const LONGEST_CODE = 64;

/**
 * An error as clients are told it. `sayings` are the places where a provider may say why, `codes` those where it may have a
 * word for it: of each, the first that says anything counts; a number is a code where there is no word.
 */
export function tellError(
  status: number,
  sayings: readonly unknown[],
  codes: readonly unknown[],
): NeutralError {
  const message = sayings.find(saysWhy) ?? `The provider answered with status ${status} and did not say why.`;
  return { status, message: message.slice(0, LONGEST_MESSAGE), code: codeOf(codes) };
}

/** Pages are for browsers. */
function saysWhy(saying: unknown): saying is string {
  const text = textOf(saying)?.trim() ?? "";
  return text !== "" && !text.startsWith("<");
}

function codeOf(codes: readonly unknown[]): string | null {
  const word = codes.map(textOf).find((one) => one !== null && one !== "error" && one.length <= LONGEST_CODE);
  const number = codes.find((one) => typeof one === "number");
  return word ?? (number === undefined ? null : String(number));
}
