/** The tools that a request offers, and which of them it wants called. */
import { isGiven } from "../../demand.ts";
import { type Json, objectOf, textOf } from "../../json.ts";
import { type Findings, noteOthers, noteUncarried, noteWrong } from "../findings.ts";
import type { Tool, ToolChoice } from "../form.ts";
import { type Located, readFlag, readObject, readObjects, readText } from "../read-members.ts";
import { readCacheMark } from "./read-cache.ts";

const TOOL: ReadonlySet<string> = new Set(["type", "function", "cache_control"]);
const FUNCTION: ReadonlySet<string> = new Set([
  "name",
  "description",
  "parameters",
  "strict",
  "cache_control",
]);

/** The functions. Tools that the provider runs itself have no place. */
export function readTools(findings: Findings, request: Json): readonly Tool[] {
  return readObjects(findings, request, "", "tools").flatMap((one) => readTool(findings, one) ?? []);
}

/** The choice; null where it is not said. */
export function readToolChoice(findings: Findings, { tool_choice: choice }: Json): ToolChoice | null {
  if (!isGiven(choice)) return null;
  if (choice === "auto" || choice === "none" || choice === "required") return { kind: choice };
  // Mistral's word for it.
  if (choice === "any") return { kind: "required" };
  const chosen = objectOf(choice);
  const name = textOf(objectOf(chosen?.function)?.name);
  if (chosen && name !== null && (chosen.type === "function" || !isGiven(chosen.type)))
    return { kind: "tool", name };
  const type = textOf(chosen?.type);
  if (type !== null && type !== "function") noteUncarried(findings, "tool_choice.type", type);
  else noteWrong(findings, "tool_choice", "auto, none, required or an object that names a function");
  return null;
}

function readTool(findings: Findings, { object: tool, path }: Located): Tool | null {
  const type = textOf(tool.type) ?? "function";
  if (type !== "function") {
    noteUncarried(findings, `${path}.type`, type);
    return null;
  }
  const place = `${path}.function`;
  const described = readObject(findings, tool, path, "function");
  const name = described && readText(findings, described, place, "name");
  if (!described || !name) {
    noteWrong(findings, described ? `${place}.name` : `${path}.function`, described ? "a name" : "an object");
    return null;
  }
  noteOthers(findings, tool, path, TOOL);
  noteOthers(findings, described, place, FUNCTION);
  return {
    name,
    description: readText(findings, described, place, "description"),
    parameters: readObject(findings, described, place, "parameters"),
    strict: readFlag(findings, described, place, "strict"),
    ...readCacheMark(isGiven(tool.cache_control) ? tool : described),
  };
}
