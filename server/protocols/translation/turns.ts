/** What every reader of a conversation makes sure of. */
import type { Part, ToolResultPart, Turn } from "./form.ts";

/** The turn as the form has it: results of tools before anything else that is said. */
export function putResultsFirst({ role, parts }: Turn): Turn {
  const others = parts.filter((part) => !isResult(part));
  return { role, parts: [...parts.filter(isResult), ...others] };
}

function isResult(part: Part): part is ToolResultPart {
  return part.kind === "tool-result";
}
