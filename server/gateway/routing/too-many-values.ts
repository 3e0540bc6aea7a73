/** What a caller is told whose request holds more than is gone through for one call (SPEC 4.6). */
import { type Refusal, refusal } from "../../core/refusal.ts";
import { MOST_VALUES } from "../../protocols/json-values.ts";

/** The refusal of a request that would have to be translated or fitted, and is too large for it by its values. */
export function tooManyValues(): Refusal {
  return refusal(
    "invalid_request",
    `The request holds more than ${MOST_VALUES} JSON values, and so many are not written anew for another provider. Send ` +
      "fewer, or send it to a provider of its own format by that one's name.",
  );
}
