/** Functions and whether they have to be called. https://ai.google.dev/api/caching#Tool */
import type { Json } from "../../json.ts";
import type { Feature, NeutralRequest, Tool, ToolChoice } from "../form.ts";

/** `tools` and `toolConfig`; nothing where there are no tools. Calling one at a time cannot be asked for. */
export function writeTools(request: NeutralRequest, uncarried: Set<Feature>): Json {
  const { tools, toolChoice, parallelTools } = request;
  if (tools.length === 0) return {};
  if (parallelTools === false) uncarried.add("parallelTools");
  return {
    tools: [{ functionDeclarations: tools.map(writeFunction) }],
    ...(toolChoice ? { toolConfig: { functionCallingConfig: writeChoice(toolChoice) } } : {}),
  };
}

function writeFunction({ name, description, parameters }: Tool): Json {
  return {
    name,
    ...(description === null ? {} : { description }),
    ...(parameters === null ? {} : { parametersJsonSchema: parameters }),
  };
}

function writeChoice(choice: ToolChoice): Json {
  switch (choice.kind) {
    case "auto":
      return { mode: "AUTO" };
    case "none":
      return { mode: "NONE" };
    case "required":
      return { mode: "ANY" };
    case "tool":
      return { mode: "ANY", allowedFunctionNames: [choice.name] };
  }
}
