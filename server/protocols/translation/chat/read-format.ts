/** What a request wants the answer's text to be: `response_format`. */
import type { Json } from "../../json.ts";
import { type Findings, noteOthers, noteUncarried, noteWrong } from "../findings.ts";
import type { Format } from "../form.ts";
import { readFlag, readObject, readText } from "../read-members.ts";

const FORMAT: ReadonlySet<string> = new Set(["type", "json_schema"]);
const SCHEMA: ReadonlySet<string> = new Set(["name", "schema", "strict", "description"]);

/** The format; null where it is plain text or not said. */
export function readFormat(findings: Findings, request: Json): Format | null {
  const format = readObject(findings, request, "", "response_format");
  if (!format) return null;
  noteOthers(findings, format, "response_format", FORMAT);
  switch (readText(findings, format, "response_format", "type")) {
    case "text":
      return null;
    case "json_object":
      return { kind: "json" };
    case "json_schema":
      return readSchema(findings, format);
    case null:
      noteWrong(findings, "response_format.type", "text, json_object or json_schema");
      return null;
    default:
      noteUncarried(findings, "response_format.type", format.type);
      return null;
  }
}

function readSchema(findings: Findings, format: Json): Format | null {
  const path = "response_format.json_schema";
  const described = readObject(findings, format, "response_format", "json_schema");
  const schema = described && readObject(findings, described, path, "schema");
  if (!schema) {
    noteWrong(findings, described ? `${path}.schema` : path, "an object");
    return null;
  }
  noteOthers(findings, described, path, SCHEMA);
  return {
    kind: "schema",
    name: readText(findings, described, path, "name"),
    schema,
    strict: readFlag(findings, described, path, "strict"),
    description: readText(findings, described, path, "description"),
  };
}
