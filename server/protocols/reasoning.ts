/** Models that reason out of sight: what they think is charged as output, and no text of the answer shows it. */
import { isGiven } from "./demand.ts";
import { bareModel } from "./model-name.ts";
import type { Demand } from "./protocol.ts";

/** Whatever the request says. Models that show their reasoning count too: it is no text of the answer. */
const REASONS =
  /^(?:o\d|gpt-(?:[5-9]|1\d)|gpt-oss|codex|gemini-(?:2\.5|[3-9]|robotics|(?:flash|pro)(?:-lite)?-latest)|magistral|grok-|qwq|glm-(?:4\.[5-9]|[5-9])|kimi-k(?:2\.[5-9]|[3-9])|minimax-m\d|deepseek-r\d)|thinking|reason|deep-research/;
/** Unless the request says otherwise: these obey it. Claude's version follows its family since 4; a date is no version. */
const MAY_REASON =
  /^(?:claude-[a-z]+-(?:4[-.](?:[6-9]|\d\d)|[5-9]|\d\d)(?!\d)|qwen3|qwen-|deepseek-(?:chat-)?v(?:3\.[1-9]|[4-9]))/;

/** Whether output may be made that the answer's text does not show (SPEC 7.2). */
export function hidesReasoning(model: string | null, { thinks }: Pick<Demand, "thinks">): boolean {
  if (thinks === true) return true;
  const name = bareModel(model);
  return REASONS.test(name) || (thinks === null && MAY_REASON.test(name));
}

/**
 * What members that switch thinking say between them: whether it is asked for, in whatever amount. Null where none of
 * them stands in the request. What is not known to switch it off switches it on.
 */
export function thinksBy(...switches: readonly unknown[]): boolean | null {
  const given = switches.filter(isGiven);
  return given.length === 0 ? null : given.some((value) => !isOff(value));
}

const OFF: ReadonlySet<unknown> = new Set(["none", "disabled", "off", "false", "0", false, 0]);

function isOff(value: unknown): boolean {
  return OFF.has(typeof value === "string" ? value.toLowerCase() : value);
}
