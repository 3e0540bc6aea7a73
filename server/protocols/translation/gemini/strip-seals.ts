/** Sealed signatures in contents. Here they stand in base64, as all signatures do. */
import { type Json, listOf, objectOf, textOf } from "../../json.ts";
import { SEAL } from "../seal.ts";
import { FOREIGN_CALL, isForeign } from "./signature.ts";

/** What a seal begins with. */
export const GEMINI_SEAL = Buffer.from(SEAL).toString("base64");

/** The content without the thoughts of others, and without their signatures; null where nothing is left of it. */
export function stripContent(content: Json): Json | null {
  const parts = listOf(content.parts);
  const left = parts.flatMap((part) => stripPart(objectOf(part) ?? {}));
  if (left.length === parts.length && left.every((part, at) => part === parts[at])) return content;
  return left.length > 0 ? { ...content, parts: left } : null;
}

const NAMES = ["thoughtSignature", "thought_signature"] as const;

function stripPart(part: Json): readonly Json[] {
  const name = NAMES.find((one) => isForeign(textOf(part[one]) ?? ""));
  if (name === undefined) return [part];
  const { [name]: _signature, ...rest } = part;
  if (rest.thought === true || rest.text === "") return [];
  // Newer models refuse a call that is not signed.
  const isCall = objectOf(rest.functionCall) ?? objectOf(rest.function_call);
  return [isCall ? { ...rest, [name]: FOREIGN_CALL } : rest];
}
