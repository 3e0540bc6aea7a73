/** An upper bound of the input of a call (SPEC 7.2). Pure. */
import type { Overhead } from "../providers/provider.ts";
import type { Prepared } from "./prepare.ts";

/** A token is at least so many bytes of UTF-8 on average. */
export const BYTES_PER_TOKEN = 3;
/** Input of a call whose model's context window is not known. */
const USUAL_CONTEXT = 200_000;

export interface InputCount {
  /** What the request shows. */
  readonly seen: number;
  /** The same, or what may come from elsewhere where that is more. */
  readonly held: number;
}

/**
 * Tokens of input, for a model with this window (null: not known). What is not seen counts as the model's whole context.
 * What is counted by the piece never counts for more than that: a larger request is refused by the provider, and costs
 * nothing. Text does: some contexts are larger than is listed.
 */
export function countInput(
  overhead: Overhead,
  { demand, input, hasTools, isJson }: Prepared,
  context: number | null,
): InputCount {
  const around = isJson ? (hasTools ? overhead.tools : overhead.plain) : 0;
  const text = Math.ceil(input.textBytes / BYTES_PER_TOKEN) + around;
  const all = text + input.mediaTokens;
  const seen = context === null ? all : Math.min(all, Math.max(context, text));
  return { seen, held: demand.hiddenInput ? Math.max(all, context ?? USUAL_CONTEXT) : seen };
}
