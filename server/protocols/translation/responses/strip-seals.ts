/** Sealed thinking among the items of the responses API. */
import type { Json } from "../../json.ts";
import { CUT, type Edit } from "../../json-cut.ts";
import { isSealed } from "../seal.ts";

/** Takes the item out if it carries a seal, which is all that it is good for; null: it carries none. */
export function stripItem(item: Json): Edit | null {
  return item.type === "reasoning" && isSealed(item.encrypted_content) ? CUT : null;
}
