/**
 * Thinking in a request that goes out as it came, where another provider made the calls that are being answered: there is
 * no thinking for the turn to begin with, which the format demands of a request that sets a budget.
 */
import { type Json, listOf, objectOf } from "../../json.ts";
import type { Edits } from "../../json-cut.ts";
import { createFindings } from "../findings.ts";
import { isTooDeep } from "../nesting.ts";
import { isSealed } from "../seal.ts";
import { traitsOf } from "./claude.ts";
import { readTurns } from "./read-turns.ts";
import { findToolLoop } from "./tool-loop.ts";

const OFF: Edits = new Map([["thinking", { kind: "set", text: '{"type":"disabled"}' }]]);

/** The edit that turns thinking off for this request (SPEC 12.3); null where it may stay as it is. */
export function leaveOffThinking(document: Json, model: string): Edits | null {
  if (objectOf(document.thinking)?.type !== "enabled") return null;
  const traits = traitsOf(model);
  // Who cannot turn it off takes no budget either. Most turns begin as they should, and are not read any further.
  if (traits.off !== "disabled" || beginsWithThinking(document) || isTooDeep(document)) return null;
  return findToolLoop(readTurns(createFindings(), document), traits) === "others" ? OFF : null;
}

function beginsWithThinking({ messages }: Json): boolean {
  const last = listOf(messages).findLast((message) => objectOf(message)?.role === "assistant");
  const first = objectOf(listOf(objectOf(last)?.content)[0]);
  return (
    (first?.type === "thinking" && !isSealed(first.signature)) ||
    (first?.type === "redacted_thinking" && !isSealed(first.data))
  );
}
