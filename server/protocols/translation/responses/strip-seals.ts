/** Sealed thinking among the items of the responses API. */
import type { Json } from "../../json.ts";
import { isSealed } from "../seal.ts";

/** The item; null where it carries a seal, which is all that it is good for. */
export function stripItem(item: Json): Json | null {
  return item.type === "reasoning" && isSealed(item.encrypted_content) ? null : item;
}
