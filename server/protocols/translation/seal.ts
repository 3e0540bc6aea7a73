/**
 * Signatures in foreign hands: a client that speaks another format than the provider keeps a signature in its own format's
 * place for one, and brings it back with the conversation. The seal says whose it is.
 */
import type { Signature, Speaks } from "./form.ts";

const SEAL = "tollgate.";

/** The signature as a string in the format `speaks`: as it is at home, sealed abroad. */
export function seal({ by, value }: Signature, speaks: Speaks): string {
  return by === speaks ? value : `${SEAL}${by}.${Buffer.from(value).toString("base64url")}`;
}

/** Whose signature a string in the format `speaks` is, and what it was. */
export function unseal(text: string, speaks: Speaks): Signature {
  const [by, value] = text.startsWith(SEAL) ? text.slice(SEAL.length).split(".", 2) : [];
  const origin = SPEAKERS.find((name) => name === by);
  if (origin === undefined || value === undefined) return { by: speaks, value: text };
  return { by: origin, value: Buffer.from(value, "base64url").toString() };
}

const SPEAKERS: readonly Speaks[] = ["openai-chat", "openai-responses", "anthropic-messages", "gemini"];
