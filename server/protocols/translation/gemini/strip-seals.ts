/** Sealed signatures in contents. Here they stand in base64, as all signatures do. */
import { type Json, listOf, objectOf, textOf } from "../../json.ts";
import { CUT, type Edit, editInside, editList } from "../../json-cut.ts";
import { SEAL } from "../seal.ts";
import { FOREIGN_CALL, isForeign } from "./signature.ts";

/** What a seal begins with. */
export const GEMINI_SEAL = Buffer.from(SEAL).toString("base64");

/** Takes out the thoughts of others and their signatures, and the content where nothing else is in it; null: it has none. */
export function stripContent(content: Json): Edit | null {
  const parts = editList(listOf(content.parts).map((part) => stripPart(objectOf(part) ?? {})));
  return parts === CUT ? CUT : editInside([["parts", parts]]);
}

const NAMES = ["thoughtSignature", "thought_signature"] as const;

function stripPart(part: Json): Edit | null {
  const name = NAMES.find((one) => isForeign(textOf(part[one]) ?? ""));
  if (name === undefined) return null;
  if (part.thought === true || part.text === "") return CUT;
  // Newer models refuse a call that is not signed.
  const isCall = objectOf(part.functionCall) ?? objectOf(part.function_call);
  return editInside([[name, isCall ? { kind: "set", text: JSON.stringify(FOREIGN_CALL) } : CUT]]);
}
