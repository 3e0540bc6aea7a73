/** Sealed thinking in messages of chat completions. */
import { type Json, listOf, objectOf } from "../../json.ts";
import { CUT, type Edit, editInside, editList } from "../../json-cut.ts";
import { isSealed } from "../seal.ts";
import { readGoogleSeal } from "./google-signature.ts";

/** Takes out sealed details of thinking, with what they say in plain text, and sealed signatures; null: it has none. */
export function stripChatMessage(message: Json): Edit | null {
  const details = listOf(message.reasoning_details).map((detail) => stripDetail(objectOf(detail)));
  const calls = listOf(message.tool_calls).map((call) => editInside([stripSignature(objectOf(call))]));
  const thinking = editList(details);
  return editInside([
    stripSignature(message),
    ["reasoning_details", thinking],
    ["reasoning_content", thinking && CUT],
    ["tool_calls", editInside(calls.entries())],
  ]);
}

function stripDetail(detail: Json | null): Edit | null {
  return isSealed(detail?.signature) || isSealed(detail?.data) ? CUT : null;
}

function stripSignature(signed: Json | null): readonly [string, Edit | null] {
  return ["extra_content", signed && isSealed(readGoogleSeal(signed)) ? CUT : null];
}
