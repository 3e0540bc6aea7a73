/**
 * Signatures of texts and of tool calls (Google's), for which this format has no place: a block of redacted thinking right
 * behind the block that they belong to keeps them. Clients bring such blocks back as they are, whatever they hold.
 */
import { type Json, textOf } from "../../json.ts";
import type { Signature } from "../form.ts";
import { SEAL, seal, unseal } from "../seal.ts";

const MARK = `${SEAL}of-the-block-before:`;

/** The block that keeps the signature of the block before it. */
export function writeKeepsake(signature: Signature): Json {
  return { type: "redacted_thinking", data: `${MARK}${seal(signature, "anthropic-messages")}` };
}

/** The signature of the block before; null where this is no such block. */
export function readKeepsake(block: Json): Signature | null {
  const data = block.type === "redacted_thinking" ? textOf(block.data) : null;
  return data?.startsWith(MARK) ? unseal(data.slice(MARK.length), "anthropic-messages") : null;
}
