/**
 * Thinking in a request that goes out as it came, where another provider made the calls that are being answered: there is
 * no thinking for the turn to begin with, which the format demands of a request that sets a budget.
 */
import { type Json, listOf, objectOf, textOf } from "../../json.ts";
import { CUT, type Edit, type Edits, editInside, editList } from "../../json-cut.ts";
import { createFindings } from "../findings.ts";
import { isTooDeep } from "../nesting.ts";
import { isSealed } from "../seal.ts";
import { traitsOf } from "./claude.ts";
import { readTurns } from "./read-turns.ts";
import { findToolLoop } from "./tool-loop.ts";

/** What is done to thinking while nobody thinks: the format refuses it. */
const CLEARS_THINKING = "clear_thinking_";

/**
 * Whether a request asks to think where that may not be, so that its conversation has to be looked into: most turns begin as
 * they should, and who cannot turn it off takes no budget either.
 */
export function mayLackThinking(document: Json, model: string): boolean {
  const isBudgeted = objectOf(document.thinking)?.type === "enabled";
  return isBudgeted && traitsOf(model).off === "disabled" && !beginsWithThinking(document);
}

/**
 * The edits that turn thinking off for this request (SPEC 12.3), and what it says should become of it; null where it may
 * stay as it is.
 */
export function leaveOffThinking(document: Json, model: string): Edits | null {
  if (!mayLackThinking(document, model) || isTooDeep(document)) return null;
  const turns = readTurns(createFindings(), document);
  if (findToolLoop(turns, traitsOf(model)) !== "others") return null;
  const edits = editInside([
    ["thinking", { kind: "set", text: '{"type":"disabled"}' }],
    ["context_management", stopClearing(document)],
  ]);
  return edits?.kind === "inside" ? edits.edits : null;
}

function stopClearing({ context_management }: Json): Edit | null {
  const edits = listOf(objectOf(context_management)?.edits).map((edit) =>
    textOf(objectOf(edit)?.type)?.startsWith(CLEARS_THINKING) ? CUT : null,
  );
  const list = editList(edits);
  const isAlone = Object.keys(objectOf(context_management) ?? {}).length === 1;
  return list === CUT && isAlone ? CUT : editInside([["edits", list]]);
}

function beginsWithThinking({ messages }: Json): boolean {
  const last = listOf(messages).findLast((message) => objectOf(message)?.role === "assistant");
  const first = objectOf(listOf(objectOf(last)?.content)[0]);
  return (
    (first?.type === "thinking" && !isSealed(first.signature)) ||
    (first?.type === "redacted_thinking" && !isSealed(first.data))
  );
}
