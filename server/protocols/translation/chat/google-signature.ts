/**
 * The signatures that Google's models put on calls and texts, where Google's compatible endpoint has them.
 * https://ai.google.dev/gemini-api/docs/thought-signatures#openai
 */
import { type Json, objectOf, textOf } from "../../json.ts";
import type { Signature } from "../form.ts";
import { unseal } from "../seal.ts";

/** The signature on a call or a message; null where there is none. */
export function readGoogleSignature(signed: Json): Signature | null {
  const text = textOf(readGoogleSeal(signed));
  return text === null ? null : unseal(text, "openai-chat");
}

/** What stands in the signature's place, be it a seal. */
export function readGoogleSeal(signed: Json): unknown {
  return objectOf(objectOf(signed.extra_content)?.google)?.thought_signature;
}

/** The member that carries a signature, sealed or as it is at home. */
export function writeGoogleSignature(text: string): Json {
  return { extra_content: { google: { thought_signature: text } } };
}
