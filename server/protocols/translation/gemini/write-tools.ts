/** Functions and whether they have to be called. https://ai.google.dev/api/caching#Tool */
import type { Json } from "../../json.ts";
import type { Feature, NeutralRequest, Tool, ToolChoice } from "../form.ts";

/**
 * `tools` and `toolConfig`; nothing where there are no tools. Calling one at a time cannot be asked for. Arguments are bound
 * to their schemas for all functions alike: one that is strict binds the others too.
 */
export function writeTools(request: NeutralRequest, uncarried: Set<Feature>): Json {
  const { tools, toolChoice, parallelTools } = request;
  if (tools.length === 0) return {};
  if (parallelTools === false) uncarried.add("parallelTools");
  const isStrict = tools.some(({ strict }) => strict);
  const choice = toolChoice ?? (isStrict ? AUTO : null);
  return {
    tools: [{ functionDeclarations: tools.map(writeFunction) }],
    ...(choice ? { toolConfig: { functionCallingConfig: writeChoice(choice, isStrict) } } : {}),
  };
}

const AUTO: ToolChoice = { kind: "auto" };

function writeFunction({ name, description, parameters }: Tool): Json {
  return {
    name,
    ...(description === null ? {} : { description }),
    ...(parameters === null ? {} : { parametersJsonSchema: parameters }),
  };
}

/** A call that is demanded is bound to its schema in any case. https://ai.google.dev/api/caching#FunctionCallingConfig */
function writeChoice(choice: ToolChoice, isStrict: boolean): Json {
  switch (choice.kind) {
    case "auto":
      return { mode: isStrict ? "VALIDATED" : "AUTO" };
    case "none":
      return { mode: "NONE" };
    case "required":
      return { mode: "ANY" };
    case "tool":
      return { mode: "ANY", allowedFunctionNames: [choice.name] };
  }
}
