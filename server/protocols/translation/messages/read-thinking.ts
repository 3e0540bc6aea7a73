/** How much a client's request lets the model think. https://platform.claude.com/docs/en/build-with-claude/thinking */
import type { Json } from "../../json.ts";
import { budgetOf, parseEffort } from "../effort.ts";
import { type Findings, noteOthers, noteUncarried, noteWrong } from "../findings.ts";
import type { Effort, Thinking } from "../form.ts";
import { readObject, readText, readWhole } from "../read-members.ts";

/** `thinking`, and the effort in `output_config`; null where neither says anything. */
export function readThinking(findings: Findings, request: Json, output: Json): Thinking | null {
  const effort = readEffort(findings, output);
  const config = readObject(findings, request, "", "thinking");
  if (!config) return effort && { amount: { kind: "effort", effort }, isShown: null };
  noteOthers(findings, config, "thinking", new Set(["type", "budget_tokens", "display"]));
  switch (config.type) {
    case "disabled":
    // Off as well: what it says between its calls is no thinking.
    case "between_tools":
      return { amount: { kind: "off" }, isShown: null };
    case "adaptive":
      return {
        amount: effort ? { kind: "effort", effort } : { kind: "adaptive" },
        isShown: readDisplay(config),
      };
    case "enabled": {
      const tokens = readWhole(findings, config, "thinking", "budget_tokens", 0);
      if (tokens === null) {
        noteWrong(findings, "thinking.budget_tokens", "a whole number of 1,024 or more");
        return null;
      }
      return { amount: atMost(tokens, effort), isShown: readDisplay(config) };
    }
    default:
      if (typeof config.type === "string") noteUncarried(findings, "thinking.type", config.type);
      else noteWrong(findings, "thinking.type", "`adaptive`, `enabled` or `disabled`");
      return null;
  }
}

/** A budget and an effort bound the thinking both: the lesser counts. */
function atMost(tokens: number, effort: Effort | null): Thinking["amount"] {
  return effort && budgetOf(effort) < tokens ? { kind: "effort", effort } : { kind: "budget", tokens };
}

function readEffort(findings: Findings, output: Json): Effort | null {
  const word = readText(findings, output, "output_config", "effort");
  if (word === null) return null;
  const effort = parseEffort(word);
  if (!effort) noteWrong(findings, "output_config.effort", "`low`, `medium`, `high`, `xhigh` or `max`");
  return effort;
}

function readDisplay({ display }: Json): boolean | null {
  if (display === undefined || display === null) return null;
  return display !== "omitted";
}
