/** Sealed thinking in messages. */
import { type Json, objectOf } from "../../json.ts";
import { isSealed } from "../seal.ts";

/** The message without the blocks that carry seals; null where it has no others: the format refuses empty messages. */
export function stripMessage(message: Json): Json | null {
  if (!Array.isArray(message.content)) return message;
  const content = message.content.filter((block) => !carriesSeal(objectOf(block)));
  if (content.length === message.content.length) return message;
  return content.length > 0 ? { ...message, content } : null;
}

function carriesSeal(block: Json | null): boolean {
  if (block?.type === "thinking") return isSealed(block.signature);
  return block?.type === "redacted_thinking" && isSealed(block.data);
}
