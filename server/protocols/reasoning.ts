/** Models that reason out of sight: what they think is charged as output, and no text of the answer shows it. */
import type { Demand } from "./protocol.ts";

/** By the name, after a vendor's prefix. Models that show their reasoning count too: it is no text of the answer. */
const REASONING =
  /(?:^|\/)(?:o\d|gpt-[5-9]|gpt-oss|codex|gemini-(?:2\.5|[3-9])|deepseek-(?:reasoner|r\d)|magistral|grok-|qwq|glm-(?:4\.[5-9]|[5-9])|kimi-(?:k2-)?thinking|minimax-m\d|command-a-reasoning)/i;

/** Whether output may be made that the answer's text does not show. */
export function hidesReasoning(model: string | null, { thinkingBudget }: Demand): boolean {
  return thinkingBudget > 0 || (model !== null && REASONING.test(model));
}
