/** The tools of a client's request, and how they are to be used. */
import { type Json, objectOf } from "../../json.ts";
import { type Findings, noteOthers, noteUncarried, noteWrong } from "../findings.ts";
import type { NeutralRequest, Tool, ToolChoice } from "../form.ts";
import { needText, readFlag, readList, readObject, readText } from "../read-members.ts";
import { readCache } from "./read-blocks.ts";

const UNDERSTOOD = new Set([
  "type",
  "name",
  "description",
  "input_schema",
  "strict",
  "cache_control",
  // How the arguments are streamed, and whether the tool is told at once or found by a search: it is told at once.
  "eager_input_streaming",
  "defer_loading",
]);

/** The client's own tools. Those that Anthropic defines or runs have no place elsewhere and are named. */
export function readTools(findings: Findings, request: Json): readonly Tool[] {
  const tools: Tool[] = [];
  for (const [at, value] of readList(findings, request, "", "tools").entries()) {
    const path = `tools[${at}]`;
    const tool = objectOf(value);
    if (!tool) noteWrong(findings, path, "an object");
    else if (isForeign(tool)) noteUncarried(findings, `${path}.type`, tool.type);
    else tools.push(readTool(findings, tool, path));
  }
  return tools;
}

function isForeign({ type }: Json): boolean {
  return type !== undefined && type !== null && type !== "custom";
}

function readTool(findings: Findings, tool: Json, path: string): Tool {
  const others = isDirect(tool) ? new Set([...UNDERSTOOD, "allowed_callers"]) : UNDERSTOOD;
  noteOthers(findings, tool, path, others);
  return {
    name: needText(findings, tool, path, "name") ?? "",
    description: readText(findings, tool, path, "description"),
    parameters: readSchema(readObject(findings, tool, path, "input_schema")),
    strict: readFlag(findings, tool, path, "strict"),
    ...readCache(tool),
  };
}

/** Called by the model alone, as everywhere else. */
function isDirect({ allowed_callers: callers }: Json): boolean {
  return Array.isArray(callers) && callers.every((one) => one === "direct");
}

/** The schema of an object of which nothing more is said is none: the format demands one of every tool. */
function readSchema(schema: Json | null): Json | null {
  if (!schema) return null;
  const properties = objectOf(schema.properties);
  const isEmpty =
    properties === null ? schema.properties === undefined : Object.keys(properties).length === 0;
  const saysMore = Object.keys(schema).some((name) => name !== "type" && name !== "properties");
  return schema.type === "object" && isEmpty && !saysMore ? null : schema;
}

const CHOICES = new Map<unknown, ToolChoice>([
  ["auto", { kind: "auto" }],
  ["any", { kind: "required" }],
  ["none", { kind: "none" }],
]);

/** Which tool is to be called, and whether several may be at once. */
export function readToolChoice(
  findings: Findings,
  request: Json,
): Pick<NeutralRequest, "toolChoice" | "parallelTools"> {
  const choice = readObject(findings, request, "", "tool_choice");
  if (!choice) return { toolChoice: null, parallelTools: null };
  noteOthers(findings, choice, "tool_choice", new Set(["type", "name", "disable_parallel_tool_use"]));
  const isOneByOne = readFlag(findings, choice, "tool_choice", "disable_parallel_tool_use");
  const parallelTools = isOneByOne === null ? null : !isOneByOne;
  if (choice.type === "tool") {
    const name = needText(findings, choice, "tool_choice", "name") ?? "";
    return { toolChoice: { kind: "tool", name }, parallelTools };
  }
  const toolChoice = CHOICES.get(choice.type) ?? null;
  if (!toolChoice) noteWrong(findings, "tool_choice.type", "`auto`, `any`, `tool` or `none`");
  return { toolChoice, parallelTools };
}
