/**
 * Signatures in foreign hands: a client that speaks another format than the provider keeps a signature in its own format's
 * place for one, and brings it back with the conversation. The seal says whose it is.
 */
import type { Signature, Speaks } from "./form.ts";

/** What every seal begins with, and no provider's own signature. */
export const SEAL = "tollgate.";

/** Whether what stands in a signature's place is a seal. */
export function isSealed(signature: unknown): boolean {
  return typeof signature === "string" && signature.startsWith(SEAL);
}

/**
 * In the place of a signature where nobody signed: some providers refuse thinking that they do not know again, so that it
 * has to be known for what it is when the conversation comes to them by itself (`strip-seals`).
 */
const UNSIGNED = `${SEAL}unsigned`;

/** The signature as a string in the format `speaks`: as it is at home, sealed abroad; a seal of nobody where there is none. */
export function seal(signature: Signature | null, speaks: Speaks): string {
  if (signature === null) return UNSIGNED;
  const { by, value } = signature;
  return by === speaks ? value : `${SEAL}${by}.${Buffer.from(value).toString("base64url")}`;
}

/** Whose signature a string in the format `speaks` is, and what it was; null where nobody signed. */
export function unseal(text: string, speaks: Speaks): Signature | null {
  if (text === UNSIGNED) return null;
  const [by, value] = isSealed(text) ? text.slice(SEAL.length).split(".", 2) : [];
  const origin = SPEAKERS.find((name) => name === by);
  if (origin === undefined || value === undefined) return { by: speaks, value: text };
  return { by: origin, value: Buffer.from(value, "base64url").toString() };
}

const SPEAKERS: readonly Speaks[] = ["openai-chat", "openai-responses", "anthropic-messages", "gemini"];
