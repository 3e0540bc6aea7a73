/** Functions that the model may call, and whether it has to. https://ai.google.dev/api/caching#Tool */
import type { Json } from "../../json.ts";
import { noteUncarried, noteWrong } from "../findings.ts";
import type { Tool, ToolChoice } from "../form.ts";
import {
  type Members,
  nameRest,
  passOver,
  readMembers,
  take,
  takeJson,
  takeList,
  takeMembers,
  takeText,
  takeTexts,
} from "./members.ts";
import { readSchema } from "./read-schema.ts";

/** The functions. Tools that run at Google are named as what cannot be carried over. */
export function readTools(request: Members): readonly Tool[] {
  return takeList(request, "tools").flatMap((written) => {
    const tool = readMembers(written, request.findings);
    if (!tool) return [];
    const functions = takeList(tool, "functionDeclarations").flatMap((one) => {
      const declaration = readMembers(one, request.findings);
      return declaration ? [readFunction(declaration)] : [];
    });
    nameRest(tool);
    return functions;
  });
}

function readFunction(declaration: Members): Tool {
  const { findings, path } = declaration;
  const name = takeText(declaration, "name");
  if (!name) noteWrong(findings, `${path}.name`, "the function's name");
  const description = takeText(declaration, "description") || null;
  const parameters = readSchemaOf(declaration, "parametersJsonSchema", "parameters");
  const returned = readSchemaOf(declaration, "responseJsonSchema", "response");
  if (take(declaration, "behavior")?.value === "NON_BLOCKING") noteUncarried(findings, `${path}.behavior`);
  nameRest(declaration);
  return {
    name: name ?? "",
    description: describe(description, returned),
    parameters,
    strict: null,
  };
}

/** A schema in either way of writing it. */
function readSchemaOf(declaration: Members, plain: string, own: string): Json | null {
  const { findings } = declaration;
  const json = takeJson(declaration, plain);
  const schema = take(declaration, own);
  if (json && schema) noteUncarried(findings, schema.path);
  return json ?? (schema && readSchema(schema, findings));
}

/** What the function gives back has no place of its own elsewhere: its description tells it. */
function describe(description: string | null, returned: Json | null): string | null {
  if (!returned) return description;
  return `${description ? `${description}\n\n` : ""}Returns JSON of this schema: ${JSON.stringify(returned)}`;
}

/** Whether functions have to be called; null where the request has none or says nothing. */
export function readToolChoice(request: Members, tools: readonly Tool[]): ToolChoice | null {
  const config = takeMembers(request, "toolConfig");
  if (!config) return null;
  const calling = takeMembers(config, "functionCallingConfig");
  const choice = calling && readCalling(calling, tools);
  nameRest(config);
  return tools.length > 0 ? choice : null;
}

function readCalling(calling: Members, tools: readonly Tool[]): ToolChoice | null {
  const { findings, path } = calling;
  const mode = (takeText(calling, "mode") ?? "MODE_UNSPECIFIED").toUpperCase();
  const namesPath = calling.left.get("allowedFunctionNames")?.path ?? "";
  const names = new Set(takeTexts(calling, "allowedFunctionNames"));
  // Pieces of arguments are a way of telling them, no other answer.
  passOver(calling, "streamFunctionCallArguments");
  nameRest(calling);
  const isEvery = tools.every(({ name }) => names.has(name));
  const [only] = names;
  if (mode === "ANY" && names.size === 1 && only !== undefined) return { kind: "tool", name: only };
  if (names.size > 0 && !isEvery) noteUncarried(findings, namesPath);
  switch (mode) {
    case "ANY":
      return { kind: "required" };
    case "NONE":
      return { kind: "none" };
    case "AUTO":
    case "VALIDATED":
      return { kind: "auto" };
    case "MODE_UNSPECIFIED":
      return null;
  }
  noteWrong(findings, `${path}.mode`, '"AUTO", "ANY", "NONE" or "VALIDATED"');
  return null;
}
