/** An upper bound of the input of a call (SPEC 7.2). Pure. */
import type { Prices } from "../providers/prices.ts";
import type { Provider } from "../providers/provider.ts";
import type { Prepared } from "./prepare.ts";

/** A token is at least so many bytes of UTF-8 on average. */
export const BYTES_PER_TOKEN = 3;
/** Input of a call whose model's context window is not known. */
const USUAL_CONTEXT = 200_000;

/**
 * Tokens of input. What is not seen counts as the model's whole context. What is counted by the piece never counts for
 * more than that: a larger request is refused by the provider, and costs nothing. Text does: some contexts are larger
 * than is listed.
 */
export function countInput(
  provider: Provider,
  { demand, input, hasTools, isJson, model }: Prepared,
  prices: Prices,
): number {
  const overhead = isJson ? (hasTools ? provider.overhead.tools : provider.overhead.plain) : 0;
  const text = Math.ceil(input.textBytes / BYTES_PER_TOKEN) + overhead;
  const seen = text + input.mediaTokens;
  const context = prices.contextWindow(provider, model);
  if (demand.hiddenInput) return Math.max(seen, context ?? USUAL_CONTEXT);
  return context === null ? seen : Math.min(seen, Math.max(context, text));
}
