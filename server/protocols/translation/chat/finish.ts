/** Why an answer ended, in this format's words. */
import type { Finish } from "../form.ts";

/** What an answer holds, as far as its finish depends on it. */
export interface Content {
  readonly hasCalls: boolean;
  readonly hasRefusal: boolean;
}

/** The words of OpenAI and of compatible hosts, lower-case. What is not here is an ordinary stop. */
const KINDS = new Map<string, "length" | "filtered">([
  ["length", "length"],
  ["max_tokens", "length"],
  ["model_length", "length"],
  ["model_context_window_exceeded", "length"],
  // DeepSeek's and Zhipu's: the answer was broken off.
  ["insufficient_system_resource", "length"],
  ["network_error", "length"],
  ["content_filter", "filtered"],
  ["sensitive", "filtered"],
]);

/** What a finish reason means. A stop after calls is theirs: a call that was forced ends with `stop`. */
export function readFinish(reason: string, { hasCalls, hasRefusal }: Content): Finish {
  const kind = KINDS.get(reason.toLowerCase());
  if (kind) return { kind };
  if (hasCalls) return { kind: "tool-calls" };
  return hasRefusal ? { kind: "filtered" } : { kind: "stop", sequence: null };
}

/** The finish reason. Who declines in words has stopped; the words are in `refusal`. */
export function writeFinish({ kind }: Finish, { hasCalls, hasRefusal }: Content): string {
  switch (kind) {
    case "stop":
    case "length":
      return kind;
    case "tool-calls":
      return "tool_calls";
    case "filtered":
      return hasRefusal && !hasCalls ? "stop" : "content_filter";
  }
}
