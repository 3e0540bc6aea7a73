/** Sealed thinking in messages. */
import { type Json, listOf, objectOf } from "../../json.ts";
import { CUT, type Edit, editInside, editList } from "../../json-cut.ts";
import { isSealed } from "../seal.ts";

/**
 * Takes out the blocks that carry seals, and the message where it has no others: the format refuses empty ones. Null: it
 * has none.
 */
export function stripMessage(message: Json): Edit | null {
  const content = editList(listOf(message.content).map((block) => stripBlock(objectOf(block))));
  return content === CUT ? CUT : editInside([["content", content]]);
}

function stripBlock(block: Json | null): Edit | null {
  const isSealedThinking = block?.type === "thinking" && isSealed(block.signature);
  return isSealedThinking || (block?.type === "redacted_thinking" && isSealed(block.data)) ? CUT : null;
}
