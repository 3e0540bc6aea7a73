/** The tools of a request, and how they are to be used. */
import type { Json } from "../../json.ts";
import type { Feature, NeutralRequest, Tool } from "../form.ts";
import type { ModelTraits } from "./claude.ts";
import { writeCache } from "./write-cache.ts";

/** The tools. Each has to have the schema of an object. */
export function writeTools(tools: readonly Tool[]): readonly Json[] {
  return tools.map((tool) => ({
    name: tool.name,
    ...(tool.description === null ? {} : { description: tool.description }),
    input_schema: { type: "object", ...(tool.parameters ?? { properties: {} }) },
    ...(tool.strict === null ? {} : { strict: tool.strict }),
    ...writeCache(tool),
  }));
}

const TYPES = { auto: "auto", none: "none", required: "any", tool: "tool" } as const;

/** `tool_choice`, where there are tools to choose from. */
export function writeToolChoice(
  { tools, toolChoice, parallelTools }: NeutralRequest,
  { forcedTools }: ModelTraits,
  thinks: boolean,
  uncarried: Set<Feature>,
): Json {
  const isForced = toolChoice?.kind === "required" || toolChoice?.kind === "tool";
  const canForce = forcedTools === "always" || (forcedTools === "unless-thinking" && !thinks);
  const isRefused = isForced && (tools.length === 0 || !canForce);
  if (isRefused) uncarried.add("toolChoice");
  const choice = isRefused ? null : toolChoice;
  if (tools.length === 0 || (choice === null && parallelTools === null)) return {};
  const kind = choice?.kind ?? "auto";
  return {
    tool_choice: {
      type: TYPES[kind],
      ...(choice?.kind === "tool" ? { name: choice.name } : {}),
      ...(parallelTools === null || kind === "none" ? {} : { disable_parallel_tool_use: !parallelTools }),
    },
  };
}
