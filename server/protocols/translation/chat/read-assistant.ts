/** What an assistant's message in a request's conversation means. */
import { isGiven } from "../../demand.ts";
import type { Json } from "../../json.ts";
import { type Findings, noteOthers, noteUncarried, noteWrong } from "../findings.ts";
import type { AnswerPart, ToolCallPart } from "../form.ts";
import { type Located, readObject, readObjects, readText } from "../read-members.ts";
import { readGoogleSignature } from "./google-signature.ts";
import { ASSISTANT_PARTS, readContent } from "./read-part.ts";
import { readThinking } from "./thinking.ts";

const MESSAGE: ReadonlySet<string> = new Set([
  "role",
  "content",
  "refusal",
  "tool_calls",
  "reasoning",
  "reasoning_content",
  "reasoning_details",
  "extra_content",
  "cache_control",
  // Sources of an earlier answer, and the place of this one in its stream.
  "annotations",
  "index",
]);
const CALL: ReadonlySet<string> = new Set(["id", "type", "function", "extra_content", "index"]);

/** The parts in the order in which this format's places are read: thinking, text and refusals, calls. */
export function readAssistant(findings: Findings, { object: message, path }: Located): readonly AnswerPart[] {
  noteOthers(findings, message, path, MESSAGE);
  const said = readContent(findings, message, path, ASSISTANT_PARTS);
  const refused = readText(findings, message, path, "refusal");
  return [
    ...readThinking(message),
    ...signLast(said, message),
    ...(refused ? [{ kind: "refusal" as const, text: refused }] : []),
    ...readObjects(findings, message, path, "tool_calls").flatMap((one) => readCall(findings, one) ?? []),
  ];
}

/** The signature of a message belongs to the last text of it. */
function signLast(parts: readonly AnswerPart[], message: Json): readonly AnswerPart[] {
  const signature = readGoogleSignature(message);
  const last = parts.findLastIndex(({ kind }) => kind === "text");
  return signature === null ? parts : parts.map((part, at) => (at === last ? { ...part, signature } : part));
}

function readCall(findings: Findings, { object: call, path }: Located): ToolCallPart | null {
  if (isGiven(call.type) && call.type !== "function") {
    noteUncarried(findings, `${path}.type`, call.type);
    return null;
  }
  noteOthers(findings, call, path, CALL);
  const described = readObject(findings, call, path, "function");
  const id = readText(findings, call, path, "id");
  const name = described && readText(findings, described, `${path}.function`, "name");
  if (id === null) noteWrong(findings, `${path}.id`, "the id of a tool call");
  if (!name) noteWrong(findings, `${path}.function.name`, "the name of a tool");
  if (id === null || !described || !name) return null;
  const signature = readGoogleSignature(call);
  return {
    kind: "tool-call",
    id,
    name,
    arguments: readText(findings, described, `${path}.function`, "arguments") || "{}",
    ...(signature ? { signature } : {}),
  };
}
