/**
 * `thoughtSignature`: bytes, which Google's SDKs for typed languages decode from base64. Another provider's seal is none,
 * so it is written as base64 once more. https://ai.google.dev/gemini-api/docs/thought-signatures
 */
import type { Signature } from "../form.ts";
import { seal, unseal } from "../seal.ts";

/** Says that the provider shows nothing of the thinking: Gemini has no place for it besides. */
const REDACTED = "redacted.";

/**
 * What Google documents for calls that another model made: Gemini 3 refuses a step whose first call has no signature.
 */
export const FOREIGN_CALL = "skip_thought_signature_validator";

const NO_SIGNATURES: ReadonlySet<string> = new Set([FOREIGN_CALL, "context_engineering_is_the_way_to_go"]);

export interface ReadSignature {
  readonly signature: Signature;
  readonly isRedacted: boolean;
}

/** The signature as `thoughtSignature`. */
export function writeSignature(signature: Signature, isRedacted = false): string {
  const sealed = seal(signature, "gemini");
  if (signature.by === "gemini" && !isRedacted) return sealed;
  return Buffer.from(`${isRedacted ? REDACTED : ""}${sealed}`).toString("base64");
}

/** Whose signature a `thoughtSignature` is; null for what stands in the place of one. */
export function readSignature(text: string): ReadSignature | null {
  if (text === "" || NO_SIGNATURES.has(text)) return null;
  const decoded = Buffer.from(text, "base64").toString();
  const isRedacted = decoded.startsWith(REDACTED);
  const signature = unseal(isRedacted ? decoded.slice(REDACTED.length) : decoded, "gemini");
  if (!signature) return null;
  if (isRedacted || signature.by !== "gemini") return { signature, isRedacted };
  return { signature: { by: "gemini", value: text }, isRedacted: false };
}

/** Whether a `thoughtSignature` is another provider's, or hides what was thought elsewhere. */
export function isForeign(text: string): boolean {
  const read = readSignature(text);
  return read !== null && (read.isRedacted || read.signature.by !== "gemini");
}
