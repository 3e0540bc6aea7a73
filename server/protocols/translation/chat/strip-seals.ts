/** Sealed thinking in messages of chat completions. */
import { type Json, listOf, objectOf } from "../../json.ts";
import { isSealed } from "../seal.ts";
import { readGoogleSeal } from "./google-signature.ts";

/** The message without details of thinking that are sealed, what they say in plain text, and sealed signatures. */
export function stripChatMessage(message: Json): Json {
  const details = listOf(message.reasoning_details);
  const own = details.filter((detail) => !carriesSeal(objectOf(detail)));
  const calls = listOf(message.tool_calls);
  const stripped = calls.map((call) => stripSignature(objectOf(call) ?? {}));
  const isSame = own.length === details.length && stripped.every((call, at) => call === calls[at]);
  if (isSame) return stripSignature(message);
  const { reasoning_details: _details, reasoning_content: plain, ...rest } = stripSignature(message);
  const isThought = own.length === details.length && plain !== undefined;
  return {
    ...rest,
    ...(isThought ? { reasoning_content: plain } : {}),
    ...(own.length > 0 ? { reasoning_details: own } : {}),
    ...(calls.length > 0 ? { tool_calls: stripped } : {}),
  };
}

function carriesSeal(detail: Json | null): boolean {
  return isSealed(detail?.signature) || isSealed(detail?.data);
}

function stripSignature(signed: Json): Json {
  if (!isSealed(readGoogleSeal(signed))) return signed;
  const { extra_content: _extra, ...rest } = signed;
  return rest;
}
