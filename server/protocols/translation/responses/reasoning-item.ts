/**
 * Reasoning items: the one place of the responses API for what was thought and for every signature. Signatures of other
 * providers stand there sealed (SPEC 12.3), with a mark where they mean more than the thinking beside them: clients give
 * the encrypted content back as it is, whatever else of an item they leave out.
 */
import { type Json, listOf, objectOf, textOf } from "../../json.ts";
import type { Signature, ThinkingPart } from "../form.ts";
import { seal, unseal } from "../seal.ts";

const SPEAKS = "openai-responses";
/** All of it is hidden on purpose. */
const REDACTED = "redacted";
/** It belongs to what was said right before: to a text, or to the call whose id follows. */
const OF_PART = "of";

/** What a reasoning item is: thinking, or the signature of a part that has no place for it. */
export type Reasoning =
  | ThinkingPart
  | { readonly kind: "mark"; readonly signature: Signature; readonly call: string | null };

/** The encrypted content of thinking. */
export function sealThinking({
  signature,
  isRedacted,
}: Pick<ThinkingPart, "signature" | "isRedacted">): string {
  const sealed = seal(signature, SPEAKS);
  return isRedacted && signature?.by !== SPEAKS ? `${sealed}.${REDACTED}` : sealed;
}

/** The encrypted content that carries the signature of a text, or of the call with this id. */
export function sealMark(signature: Signature, call: string | null): string {
  const mark = `${seal(signature, SPEAKS)}.${OF_PART}`;
  return call === null ? mark : `${mark}.${Buffer.from(call).toString("base64url")}`;
}

/** What a reasoning item says; null where it says nothing. */
export function readReasoning(item: Json): Reasoning | null {
  const text = readThought(item.summary) || readThought(item.content);
  const encrypted = textOf(item.encrypted_content);
  if (encrypted === null) return text === "" ? null : { kind: "thinking", text, signature: null };
  const signature = unseal(encrypted, SPEAKS);
  if (!signature) return text === "" ? null : { kind: "thinking", text, signature };
  if (signature.by === SPEAKS) return { kind: "thinking", text, signature };
  const [mark, call] = encrypted.split(".", 5).slice(3);
  if (mark === OF_PART) {
    return { kind: "mark", signature, call: call === undefined ? null : fromBase64(call) };
  }
  return { kind: "thinking", text, signature, ...(mark === REDACTED ? { isRedacted: true } : {}) };
}

/** The texts of a summary, or of reasoning that is shown as it is. */
export function readThought(parts: unknown): string {
  return listOf(parts)
    .map((part) => textOf(objectOf(part)?.text))
    .filter((text) => text !== null)
    .join(PARAGRAPH);
}

/** What stands between the parts of a summary where they become one text. */
export const PARAGRAPH = "\n\n";

function fromBase64(text: string): string {
  return Buffer.from(text, "base64url").toString();
}
