/**
 * Thinking in this format, which has no one place for it: `reasoning_content` (DeepSeek and most others), `reasoning`,
 * Mistral's content part `thinking`, and `reasoning_details`, which alone have room for signatures.
 * https://openrouter.ai/docs/use-cases/reasoning-tokens#preserving-reasoning
 */
import { parseExactly } from "../../exact-json.ts";
import { type Json, listOf, objectOf, textOf } from "../../json.ts";
import type { Signature, ThinkingPart } from "../form.ts";
import { seal, unseal } from "../seal.ts";

/**
 * Where a provider shows thinking as plain text. It signs nothing, but some want their own thinking back in the same
 * place: the place is what such thinking is signed with.
 */
export type Place = "reasoning_content" | "reasoning" | "thinking";

/** The signature of thinking that stood in a place. */
export function signPlace(place: Place): Signature {
  return { by: "openai-chat", value: place };
}

/** The place in which thinking stood, by its signature; null where it stood elsewhere, or is another format's. */
export function placeOf({ signature }: ThinkingPart): Place | null {
  if (signature?.by !== "openai-chat") return null;
  return PLACES.find((place) => place === signature.value) ?? null;
}

const PLACES: readonly Place[] = ["reasoning_content", "reasoning", "thinking"];

/** The thinking of a message or of a delta as plain text, and its place; null where there is none. */
export function readPlain(message: Json): { readonly text: string; readonly place: Place } | null {
  for (const place of ["reasoning_content", "reasoning"] as const) {
    const text = textOf(message[place]);
    if (text !== null) return { text, place };
  }
  return null;
}

/** The thinking of a whole message: its details, which say what the plain text says and more; else the plain text. */
export function readThinking(message: Json): readonly ThinkingPart[] {
  const details = detailsOf(message).flatMap((detail) => readDetail(detail) ?? []);
  const plain = readPlain(message);
  if (!plain || details.some(({ text }) => text !== "")) return details;
  return [{ kind: "thinking", text: plain.text, signature: signPlace(plain.place) }, ...details];
}

/** Mistral's content part. Its text is in parts itself. */
export function readThinkingPart(part: Json): ThinkingPart {
  return { kind: "thinking", text: thoughtOf(part), signature: signPlace("thinking") };
}

/** The text of Mistral's content part. */
export function thoughtOf({ thinking }: Json): string {
  if (typeof thinking === "string") return thinking;
  return listOf(thinking)
    .map((one) => textOf(objectOf(one)?.text) ?? "")
    .join("");
}

/** The details of a message or of a delta. */
export function detailsOf(message: Json): readonly Json[] {
  return listOf(message.reasoning_details)
    .map(objectOf)
    .filter((one) => one !== null);
}

/** Whether a detail shows nothing of the thinking. */
export function isEncrypted(detail: Json): boolean {
  return detail.type === "reasoning.encrypted";
}

/** What a detail shows, in whichever of its kinds. */
export function shownIn(detail: Json): string {
  return isEncrypted(detail) ? "" : (textOf(detail.text) ?? textOf(detail.summary) ?? "");
}

/**
 * The signature of a detail: another format's that was sealed into it; else, of a provider's own, all of it but what is
 * shown and its place, because its provider wants it back unchanged. Null for bare text.
 */
export function signatureOf(detail: Json): Signature | null {
  const { text: _text, summary: _summary, index: _index, ...own } = detail;
  const sealed = textOf(isEncrypted(detail) ? detail.data : detail.signature);
  const signature = sealed === null ? null : unseal(sealed, "openai-chat");
  if (signature && signature.by !== "openai-chat") return signature;
  const said = Object.entries(own).filter(([, value]) => value !== null);
  const isBare = said.every(([name, value]) => name === "type" && value === "reasoning.text");
  return isBare ? null : { by: "openai-chat", value: JSON.stringify(Object.fromEntries(said)) };
}

/** The detail at `index` that carries a part; null where the part stands in a place of plain text alone. */
export function writeDetail({ text, signature, isRedacted }: ThinkingPart, index: number): Json | null {
  if (signature?.by === "openai-chat") {
    const own = objectOf(parseExactly(signature.value));
    if (!own) return null;
    if (isEncrypted(own)) return { ...own, index };
    return { ...own, [own.type === "reasoning.summary" ? "summary" : "text"]: text, index };
  }
  const sealed = signature && seal(signature, "openai-chat");
  if (isRedacted) return { type: "reasoning.encrypted", data: sealed ?? "", index };
  return { type: "reasoning.text", text, ...(sealed === null ? {} : { signature: sealed }), index };
}

function readDetail(detail: Json): ThinkingPart | null {
  const text = shownIn(detail);
  const signature = signatureOf(detail);
  if (text === "" && signature === null) return null;
  return { kind: "thinking", text, signature, ...(isEncrypted(detail) ? { isRedacted: true } : {}) };
}
