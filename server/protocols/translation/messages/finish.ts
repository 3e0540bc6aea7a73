/** Why an answer ended, in this format's words. https://platform.claude.com/docs/en/build-with-claude/handling-stop-reasons */
import { type Json, textOf } from "../../json.ts";
import type { Finish } from "../form.ts";

/** What `stop_reason` and `stop_sequence` say; null while they say nothing. A reason that is not known is an end. */
export function readFinish({ stop_reason: reason, stop_sequence: sequence }: Json): Finish | null {
  switch (reason) {
    case undefined:
    case null:
      return null;
    case "max_tokens":
    case "model_context_window_exceeded":
      return { kind: "length" };
    case "tool_use":
      return { kind: "tool-calls" };
    case "refusal":
      return { kind: "filtered" };
    default:
      return { kind: "stop", sequence: reason === "stop_sequence" ? textOf(sequence) : null };
  }
}

/** The two members. */
export function writeFinish(finish: Finish): {
  readonly stop_reason: string;
  readonly stop_sequence: string | null;
} {
  if (finish.kind !== "stop") return { stop_reason: REASONS[finish.kind], stop_sequence: null };
  const reason = finish.sequence === null ? "end_turn" : "stop_sequence";
  return { stop_reason: reason, stop_sequence: finish.sequence };
}

const REASONS = { length: "max_tokens", "tool-calls": "tool_use", filtered: "refusal" } as const;
