/** The tools of a client's request, and which of them the model is to call. Functions alone: the others run at OpenAI. */
import { isGiven } from "../../demand.ts";
import { type Json, listOf, objectOf } from "../../json.ts";
import { type Findings, noteUncarried, noteWrong } from "../findings.ts";
import type { Tool, ToolChoice } from "../form.ts";
import { readFlag, readList, readObject, readText } from "../read-members.ts";
import { noteRest } from "./note-rest.ts";

const TOOL_MEMBERS = new Set(["type", "name", "description", "parameters", "strict", "allowed_callers"]);

/** The functions among the tools; others are noted as uncarried. */
export function readTools(findings: Findings, json: Json): readonly Tool[] {
  return readList(findings, json, "", "tools").flatMap((value, at) => {
    const tool = objectOf(value);
    const path = `tools[${at}]`;
    if (!tool) noteWrong(findings, path, "an object");
    else if (tool.type !== "function") noteUncarried(findings, `${path}.type`, tool.type);
    else return [readFunction(findings, tool, path)];
    return [];
  });
}

function readFunction(findings: Findings, tool: Json, path: string): Tool {
  noteRest(findings, tool, path, TOOL_MEMBERS);
  // Called from code that runs at OpenAI.
  if (listOf(tool.allowed_callers).includes("programmatic"))
    noteUncarried(findings, `${path}.allowed_callers`);
  const name = readText(findings, tool, path, "name");
  if (name === null) noteWrong(findings, `${path}.name`, "the name of the function");
  return {
    name: name ?? "",
    description: readText(findings, tool, path, "description"),
    parameters: readObject(findings, tool, path, "parameters"),
    strict: readFlag(findings, tool, path, "strict"),
  };
}

const CHOICE_MEMBERS = new Set(["type", "name"]);

/** Which tool is to be called; null where the client does not say, or says what cannot be carried. */
export function readToolChoice(findings: Findings, json: Json): ToolChoice | null {
  const value = json.tool_choice;
  if (!isGiven(value)) return null;
  if (value === "auto" || value === "none" || value === "required") return { kind: value };
  const choice = objectOf(value);
  if (choice?.type === "function") {
    noteRest(findings, choice, "tool_choice", CHOICE_MEMBERS);
    const name = readText(findings, choice, "tool_choice", "name");
    if (name === null) noteWrong(findings, "tool_choice.name", "the name of the function");
    return { kind: "tool", name: name ?? "" };
  }
  if (choice) noteUncarried(findings, "tool_choice.type", choice.type);
  else if (typeof value === "string") noteUncarried(findings, "tool_choice", value);
  else noteWrong(findings, "tool_choice", "a string or an object");
  return null;
}
